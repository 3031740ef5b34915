/* Writes the inputs that fuzzing of segments begins with: write_seeds tests/fuzz/corpus
 * after a change of the format, in a build with blocks of 8. */
#include "../engine_native/many_articles.h"
#include "segment_input.h"

static void write_file(const char *folder, const char *name,
                       const struct bytes_out *bytes)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    CHECK(file && !bytes->failed);
    CHECK(fwrite(bytes->data, 1, bytes->len, file) == bytes->len);
    CHECK(fclose(file) == 0);
}

static struct slice section(const struct segment_file *file, int id)
{
    struct slice bytes;
    struct err err = {0};
    CHECK_OK(section_bytes(file, (enum section_id)id, 0,
                           section_length(file, (enum section_id)id), &bytes,
                           &err),
             err);
    return bytes;
}

/* A segment and, if it has one, its state as an input of fuzz_segment. */
static void write_input(const char *folder, const char *name,
                        const struct segment_file *file,
                        const struct segment_file *live)
{
    const struct segment_facts *facts = segment_file_facts(file);
    struct bytes_out out = {0};
    put_u16(&out, (uint16_t)facts->docs);
    put_u16(&out, (uint16_t)facts->archived);
    put_u32(&out, (uint32_t)facts->words);
    put_u32(&out, live ? (uint32_t)segment_file_facts(live)->words : 0);
    put_u16(&out, (uint16_t)facts->pair_share);
    for (int pass = 0; pass < 2; pass++)
        for (int id = 0; id < SECTION_COUNT; id++) {
            bool state = id >= SECTION_LIVE;
            struct slice bytes = {NULL, 0};
            if (!state || live)
                bytes = section(state ? live : file, id);
            CHECK(bytes.len <= UINT16_MAX);
            if (pass == 0)
                put_u16(&out, (uint16_t)bytes.len);
            else
                put_raw(&out, bytes.data, bytes.len);
        }
    write_file(folder, name, &out);
    bytes_out_release(&out);
}

static void write_segment(const char *corpus, unsigned number, size_t articles,
                          uint32_t dead)
{
    static struct many_dead died;
    struct many *m = many_new(100 + number, articles, dead, 0);
    bool chosen[MANY_MAX], old[MANY_MAX];
    struct segment_file *live = NULL;
    struct bytes_out whole = {0};
    struct err err = {0};
    char folder[300], name[40];
    uint64_t size;
    uint32_t crc;
    for (size_t i = 0; i < articles; i++) {
        chosen[i] = true;
        old[i] = m->fate[i] == DIES && i % 2;
    }
    struct segment *segment = many_build(m, chosen, old);
    many_kill(m, segment, true, false, &died);
    if (dead) {
        CHECK_OK(live_write(m->dir, "state.live", &died.facts, died.bits,
                            died.dead, died.count, &size, &crc, &err),
                 err);
        CHECK_OK(segment_file_open(many_path(m, "state.live"), &live, &err),
                 err);
    }
    snprintf(folder, sizeof folder, "%s/segment", corpus);
    snprintf(name, sizeof name, "%zu-articles%s", articles,
             dead ? "-some-dead" : "");
    write_input(folder, name, segment->file, live);
    if (articles <= 12) {
        snprintf(folder, sizeof folder, "%s/segment_file", corpus);
        CHECK_OK(
            file_read(segment_file_path(segment->file), 1 << 20, &whole, &err),
            err);
        write_file(folder, name, &whole);
    }
    bytes_out_release(&whole);
    segment_file_close(live);
    segment_close(segment);
    many_free(m);
}

static void write_payload(const char *corpus, size_t number)
{
    struct many *m = many_new(7, number + 1, 0, 0);
    struct bytes_out payload = {0};
    struct err err = {0};
    char folder[300], name[40];
    CHECK_OK(article_payload(&m->article[number], &payload, &err), err);
    snprintf(folder, sizeof folder, "%s/payload", corpus);
    snprintf(name, sizeof name, "article-%zu", number);
    write_file(folder, name, &payload);
    bytes_out_release(&payload);
    many_free(m);
}

int main(int argc, char **argv)
{
    static const size_t articles[] = {0, 1, 3, 12, 40};
    if (argc != 2 || SEGMENT_BLOCK != 8) {
        fprintf(stderr, "usage: write_seeds FOLDER, built with blocks of 8\n");
        return 2;
    }
    for (unsigned i = 0; i < sizeof articles / sizeof *articles; i++) {
        write_segment(argv[1], i, articles[i], 0);
        if (articles[i])
            write_segment(argv[1], i, articles[i], 40);
    }
    for (size_t i = 0; i < 4; i++)
        write_payload(argv[1], i);
    return 0;
}
