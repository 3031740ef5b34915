/* stored_sizes.c - ways to store articles: how small, how fast to write, how fast to
 * read one.
 *
 *     dateline-stored-sizes PATH...
 *
 * Reads the articles of PATH (files and folders, as `dateline-index add` does) into
 * memory and deflates them in every way of the table below. "% of text" is of the
 * uncompressed payloads, with dictionaries and with what finds an article; MB are
 * 10^6 bytes of payloads a second of processor time; a fetch is the mean of articles at
 * random. The last row is the code that is in use, its file included (checksums,
 * writing to a temporary directory). docs/decisions/051-stored-articles.md.
 */
#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "indexer/readers/input.h"
#include "indexer/readers/reader.h"
#include "segment/stored_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    CHAPTER = 16 << 20,
    FETCHES = 5000,
    /* What finds an article in a group: its share of tables and sizes. */
    PLACE_BYTES = 9,
};

struct texts {
    struct bytes_out bytes;
    uint64_t *end; /* by article */
    size_t count, capacity;
};

struct method {
    const char *name;
    size_t group; /* bytes of text that are deflated together; 0: each alone */
    bool dictionary;  /* one a chapter, trained on its first 4 MB */
    bool copy_primed; /* deflateCopy(), not deflateSetDictionary() */
    int level;
};

static const struct method methods[] = {
    {"alone", 0, false, false, 1},
    {"alone", 0, false, false, 6},
    {"groups of 16 KB", 16 << 10, false, false, 1},
    {"groups of 16 KB", 16 << 10, false, false, 4},
    {"groups of 32 KB", 32 << 10, false, false, 1},
    {"groups of 32 KB", 32 << 10, false, false, 4},
    {"alone, dictionary", 0, true, false, 1},
    {"alone, dictionary", 0, true, false, 2},
    {"alone, dictionary", 0, true, false, 3},
    {"alone, dictionary", 0, true, false, 4},
    {"alone, dictionary, primed", 0, true, true, 1},
    {"alone, dictionary, primed", 0, true, true, 2},
    {"alone, dictionary, primed", 0, true, true, 4},
    {"groups of 8 KB, dictionary", 8 << 10, true, false, 2},
    {"groups of 4 KB, dict., primed", 4 << 10, true, true, 2},
    {"groups of 8 KB, dict., primed", 8 << 10, true, true, 1},
    {"groups of 8 KB, dict., primed", 8 << 10, true, true, 2},
    {"groups of 8 KB, dict., primed", 8 << 10, true, true, 3},
    {"groups of 8 KB, dict., primed", 8 << 10, true, true, 4},
    {"groups of 12 KB, dict., primed", 12 << 10, true, true, 2},
    {"groups of 16 KB, dict., primed", 16 << 10, true, true, 1},
    {"groups of 16 KB, dict., primed", 16 << 10, true, true, 2},
    {"groups of 16 KB, dict., primed", 16 << 10, true, true, 3},
    {"groups of 16 KB, dict., primed", 16 << 10, true, true, 4},
};

/* A group, compressed. */
struct group {
    size_t first; /* article */
    uint64_t from, to;
    size_t dictionary; /* of its chapter */
};

struct stored_form {
    struct bytes_out bytes, dictionaries;
    struct group *group;
    size_t count;
    uint32_t *group_of; /* by article */
    size_t dictionary_end[64];
    size_t chapters;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_row(const char *name, int level, double share, double speed,
                      double fetch)
{
    printf("%-32s %5d %8.1f %8.1f %8.1f\n", name, level, 100 * share,
           speed * 1e-6, fetch * 1e6);
    fflush(stdout);
}

_Noreturn static void give_up(const char *why)
{
    fprintf(stderr, "dateline-stored-sizes: %s\n", why);
    exit(1);
}

/* --- the articles --- */

static void add_text(struct texts *texts, const struct article *article)
{
    struct err err;
    if (texts->count == texts->capacity) {
        texts->capacity = texts->capacity ? texts->capacity * 2 : 1024;
        texts->end =
            mem_realloc(texts->end, texts->capacity * sizeof(uint64_t));
        if (!texts->end)
            give_up("no memory");
    }
    if (article_payload(article, &texts->bytes, &err))
        give_up(err.text);
    texts->end[texts->count++] = texts->bytes.len;
}

static int read_file(void *context, const char *path, const struct err *failure)
{
    struct input *in;
    struct reader *reader;
    struct reject reject;
    struct article article;
    struct arena arena;
    struct err err;
    if (failure || input_open(path, &in, &err))
        give_up(failure ? failure->text : err.text);
    int rc = reader_open(in, NULL, &reader, &reject, &err);
    if (rc == READER_REJECT)
        fprintf(stderr, "%s: %s\n", path, reject.reason);
    arena_init(&arena, SIZE_MAX);
    while (rc == 0 || rc == READER_ARTICLE) {
        arena_reset(&arena);
        rc = reader_next(reader, &arena, &article, &reject, &err);
        if (rc == READER_END)
            break;
        if (rc == READER_REJECT)
            rc = READER_ARTICLE;
        else if (article_assign_key(&article, &arena) == 0)
            add_text(context, &article);
    }
    arena_reset(&arena);
    if (rc != READER_REJECT)
        reader_close(reader);
    input_close(in);
    return rc < 0 ? rc : 0;
}

static uint64_t start_of(const struct texts *texts, size_t i)
{
    return i ? texts->end[i - 1] : 0;
}

static struct slice part_of(const struct texts *texts, size_t from, size_t to)
{
    return slice_part((struct slice){texts->bytes.data, texts->bytes.len},
                      start_of(texts, from), start_of(texts, to));
}

/* The article behind the last that fits, at least one. */
static size_t fill(const struct texts *texts, size_t from, uint64_t bytes)
{
    size_t to = from + 1;
    while (to < texts->count && texts->end[to] - start_of(texts, from) <= bytes)
        to++;
    return to;
}

/* --- writing --- */

static z_stream new_stream(void)
{
    return (z_stream){.zalloc = stored_zlib_alloc, .zfree = stored_zlib_free};
}

static void check_zlib(int rc)
{
    if (rc != Z_OK && rc != Z_STREAM_END)
        give_up("zlib refuses");
}

static void deflate_all(z_stream *z, struct slice text, struct bytes_out *out)
{
    uint8_t chunk[16 << 10];
    int rc = Z_OK;
    z->next_in = (Bytef *)(uintptr_t)text.data;
    z->avail_in = (uInt)text.len;
    while (rc == Z_OK) {
        z->next_out = chunk;
        z->avail_out = sizeof chunk;
        rc = deflate(z, Z_FINISH);
        put_raw(out, chunk, sizeof chunk - z->avail_out);
    }
    check_zlib(rc);
}

static void write_group(z_stream *z, const struct method *method,
                        const struct texts *texts, size_t from, size_t to,
                        struct slice dictionary, struct stored_form *form)
{
    struct group *group = &form->group[form->count];
    *group = (struct group){from, form->bytes.len, 0, form->chapters};
    struct slice text = part_of(texts, from, to);
    if (method->copy_primed) {
        z_stream copy;
        check_zlib(deflateCopy(&copy, z));
        deflate_all(&copy, text, &form->bytes);
        deflateEnd(&copy);
    } else {
        check_zlib(deflateReset(z));
        if (dictionary.len)
            check_zlib(
                deflateSetDictionary(z, dictionary.data, (uInt)dictionary.len));
        deflate_all(z, text, &form->bytes);
    }
    group->to = form->bytes.len;
    for (size_t i = from; i < to; i++)
        form->group_of[i] = (uint32_t)form->count;
    form->count++;
}

static void write_chapter(z_stream *z, const struct method *method,
                          const struct texts *texts, size_t from, size_t to,
                          struct stored_form *form)
{
    struct slice dictionary = {0};
    if (method->dictionary) {
        struct slice first =
            part_of(texts, from, fill(texts, from, STORED_WHOLE_BYTES));
        size_t before = form->dictionaries.len;
        if (stored_train(first, STORED_DICTIONARY_MAX, &form->dictionaries))
            give_up("no memory");
        dictionary = (struct slice){form->dictionaries.data + before,
                                    form->dictionaries.len - before};
    }
    if (method->copy_primed) {
        check_zlib(deflateReset(z));
        check_zlib(
            deflateSetDictionary(z, dictionary.data, (uInt)dictionary.len));
    }
    for (size_t i = from; i < to;) {
        size_t end = method->group ? fill(texts, i, method->group) : i + 1;
        end = end < to ? end : to;
        write_group(z, method, texts, i, end, dictionary, form);
        i = end;
    }
    form->dictionary_end[form->chapters++] = form->dictionaries.len;
}

static void write_all(const struct method *method, const struct texts *texts,
                      struct stored_form *form)
{
    z_stream z = new_stream();
    check_zlib(deflateInit2(&z, method->level, Z_DEFLATED, -MAX_WBITS, 8,
                            Z_DEFAULT_STRATEGY));
    for (size_t i = 0; i < texts->count;) {
        size_t end = fill(texts, i, CHAPTER);
        write_chapter(&z, method, texts, i, end, form);
        i = end;
    }
    deflateEnd(&z);
}

/* --- reading --- */

#define SEED UINT64_C(88172645463325252)

static size_t random_article(const struct texts *texts, uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % texts->count;
}

static void fetch(const struct texts *texts, const struct stored_form *form,
                  size_t article, struct bytes_out *space)
{
    const struct group *group = &form->group[form->group_of[article]];
    size_t from =
        group->dictionary ? form->dictionary_end[group->dictionary - 1] : 0;
    size_t dictionary = form->dictionary_end[group->dictionary] - from;
    uint64_t behind = texts->end[article] - start_of(texts, group->first);
    z_stream z = new_stream();
    check_zlib(inflateInit2(&z, -MAX_WBITS));
    if (dictionary)
        check_zlib(inflateSetDictionary(&z, form->dictionaries.data + from,
                                        (uInt)dictionary));
    z.next_in = form->bytes.data + group->from;
    z.avail_in = (uInt)(group->to - group->from);
    z.next_out = space->data;
    z.avail_out = (uInt)behind;
    inflate(&z, Z_SYNC_FLUSH);
    struct slice want = part_of(texts, article, article + 1);
    if (z.avail_out != 0 ||
        memcmp(space->data + behind - want.len, want.data, want.len) != 0)
        give_up("an article came back changed");
    inflateEnd(&z);
}

static double fetch_seconds(const struct texts *texts,
                            const struct stored_form *form,
                            struct bytes_out *space)
{
    uint64_t seed = SEED;
    double begin = now();
    for (int i = 0; i < FETCHES; i++)
        fetch(texts, form, random_article(texts, &seed), space);
    return (now() - begin) / FETCHES;
}

/* --- the code that is in use --- */

static void write_library(const struct texts *texts, const char *dir,
                          uint64_t *size)
{
    struct segment_facts facts = {.docs = (uint32_t)texts->count};
    struct segment_writer *segment = NULL;
    struct stored_writer *writer = NULL;
    struct err err;
    uint32_t crc;
    uint32_t *ticket = mem_alloc(texts->count * sizeof *ticket);
    int rc = ticket ? 0 : err_set(&err, ERR_NOMEM, "no memory");
    if (!rc)
        rc = segment_writer_open(dir, "s.seg", &segment, &err);
    if (!rc)
        rc = stored_writer_open(segment, &writer, &err);
    for (size_t i = 0; i < texts->count && !rc; i++)
        rc = stored_add(writer, part_of(texts, i, i + 1), &ticket[i], &err);
    if (!rc)
        rc = stored_finish(writer, ticket, facts.docs, &err);
    if (!rc)
        rc = segment_writer_finish(segment, &facts, size, &crc, &err);
    if (rc)
        give_up(err.text);
    stored_writer_close(writer);
    segment_writer_close(segment);
    mem_free(ticket);
}

static void fetch_library(const struct stored *stored,
                          const struct texts *texts)
{
    uint64_t seed = SEED;
    struct arena arena;
    struct slice got;
    struct err err;
    arena_init(&arena, SIZE_MAX);
    for (int i = 0; i < FETCHES; i++) {
        size_t article = random_article(texts, &seed);
        if (stored_read(stored, (doc_id)article, &arena, &got, &err))
            give_up(err.text);
        if (!slice_eq(got, part_of(texts, article, article + 1)))
            give_up("an article came back changed");
        arena_reset(&arena);
    }
}

static void measure_library(const struct texts *texts)
{
    char dir[] = "/tmp/stored-sizes-XXXXXX", path[64];
    struct segment_file *file;
    struct stored stored;
    struct err err;
    uint64_t size;
    if (!mkdtemp(dir))
        give_up("no temporary directory");
    snprintf(path, sizeof path, "%s/s.seg", dir);
    double begin = now();
    write_library(texts, dir, &size);
    double written = now();
    if (segment_file_open(path, &file, &err) ||
        stored_open(file, &stored, &err))
        give_up(err.text);
    fetch_library(&stored, texts); /* sums the pages */
    double warm = now();
    fetch_library(&stored, texts);
    double text = (double)texts->bytes.len;
    print_row("in use: segment/stored.h", 2, (double)size / text,
              text / (written - begin), (now() - warm) / FETCHES);
    segment_file_close(file);
    if (tree_remove(dir, &err))
        give_up(err.text);
}

/* --- the table --- */

static void measure(const struct method *method, const struct texts *texts,
                    struct bytes_out *space)
{
    struct stored_form form = {0};
    double text = (double)texts->bytes.len;
    form.group = mem_alloc(texts->count * sizeof *form.group);
    form.group_of = mem_alloc(texts->count * sizeof *form.group_of);
    if (!form.group || !form.group_of)
        give_up("no memory");
    double begin = now();
    write_all(method, texts, &form);
    double seconds = now() - begin;
    size_t bytes =
        form.bytes.len + form.dictionaries.len + texts->count * PLACE_BYTES;
    print_row(method->name, method->level, (double)bytes / text, text / seconds,
              fetch_seconds(texts, &form, space));
    bytes_out_release(&form.bytes);
    bytes_out_release(&form.dictionaries);
    mem_free(form.group);
    mem_free(form.group_of);
}

int main(int argc, char **argv)
{
    struct texts texts = {0};
    struct bytes_out space = {0};
    struct err err;
    if (argc < 2) {
        fprintf(stderr, "usage: dateline-stored-sizes PATH...\n");
        return 2;
    }
    if (input_walk((const char *const *)(argv + 1), (size_t)argc - 1, read_file,
                   &texts, &err))
        give_up(err.text);
    if (texts.count == 0 || texts.bytes.len / CHAPTER >= 64)
        give_up("no articles, or more than 2 GB");
    put_raw(&space, texts.bytes.data, texts.bytes.len); /* the longest fits */
    printf("%zu articles, %.1f MB, %.0f bytes each\n\n", texts.count,
           (double)texts.bytes.len * 1e-6,
           (double)texts.bytes.len / (double)texts.count);
    printf("%-32s %5s %8s %8s %8s\n", "", "level", "% text", "MB/s",
           "us fetch");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        measure(&methods[i], &texts, &space);
    measure_library(&texts);
    bytes_out_release(&space);
    bytes_out_release(&texts.bytes);
    mem_free(texts.end);
    return 0;
}
