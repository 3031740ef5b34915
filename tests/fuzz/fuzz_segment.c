/* Any sections as a segment, and any state of it: opened, checked, asked, merged. What
 * check finds whole, everything else must find whole, too. */
#include "segment_input.h"

#include "base/err.h"
#include "engine/native/shared/key_docs.h"
#include "engine/native/merge/merger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
    struct segment *segment;
    struct arena arena;
    bool whole; /* check says so */
};

/* Damage is allowed, unless check saw none. */
static bool went_well(const struct scene *scene, int rc, const struct err *err)
{
    if (rc == ERR_OK)
        return true;
    demand(err->text[0], "an error without a sentence");
    demand(rc == ERR_CORRUPT || rc == ERR_LIMIT || rc == ERR_NOTFOUND,
           err_name(rc));
    demand(!scene->whole, err->text);
    return false;
}

static void read_list(struct scene *scene, const struct dictionary_cursor *at)
{
    enum term_class class = at->term[0];
    const struct segment *segment = scene->segment;
    uint32_t docs = segment->docs + (class == TERM_KEY ? segment->archived : 0);
    struct postings *list;
    struct err err = {0};
    int rc = postings_open(segment->file, class, &at->entry, docs,
                           &scene->arena, &list, &err);
    if (!went_well(scene, rc, &err))
        return;
    uint64_t *bits = arena_array(&scene->arena, uint64_t, docs / 64 + 1);
    demand(bits != NULL, "out of memory");
    (void)went_well(scene, postings_fill(list, bits, &err), &err);
    for (uint32_t b = 0; b < postings_blocks(list); b++) {
        (void)postings_block_last(list, b);
        (void)postings_block_best(list, b);
    }
    struct doc_iter *it = postings_iter(list);
    for (doc_id step = 1; it->doc != DOC_END; step += 3) {
        const uint32_t *positions;
        uint32_t count;
        demand(it->doc < docs, "a document past the last");
        (void)postings_frequency(list);
        (void)postings_bound(list);
        if (term_has_positions(class))
            (void)went_well(scene,
                            postings_positions(list, &positions, &count, &err),
                            &err);
        if (step % 2)
            doc_iter_next(it);
        else
            doc_iter_seek(it,
                          it->doc < DOC_END - step ? it->doc + step : DOC_END);
    }
    (void)went_well(scene, it->status, &err);
}

static void look_up(struct scene *scene, const struct dictionary_cursor *at)
{
    const struct dictionary *dictionary = &scene->segment->dictionary;
    struct slice term = {at->term, at->term_len};
    struct term_counts counts;
    struct term_entry entry;
    struct err err = {0};
    bool found;
    int rc = dictionary_find(dictionary, term, &entry, &found, &err);
    if (went_well(scene, rc, &err))
        demand(!scene->whole || (found && entry.number == at->entry.number),
               "a term is not found");
    (void)went_well(scene, segment_counts(scene->segment, term, &counts, &err),
                    &err);
    if (at->term[0] == TERM_STEM) {
        uint32_t *forms;
        size_t count;
        rc = stems_forms(&scene->segment->stems, at->entry.number,
                         &scene->arena, &forms, &count, &err);
        (void)went_well(scene, rc, &err);
    }
    if (at->term[0] == TERM_KEY) {
        doc_id *docs;
        size_t count;
        rc = key_docs(scene->segment, slice_part(term, 1, term.len),
                      &scene->arena, &docs, &count, &err);
        (void)went_well(scene, rc, &err);
    }
}

static void read_terms(struct scene *scene)
{
    struct dictionary_cursor cursor;
    struct err err = {0};
    int rc = dictionary_seek(&scene->segment->dictionary,
                             (struct slice){NULL, 0}, &cursor, &err);
    while (went_well(scene, rc, &err) && !cursor.at_end) {
        read_list(scene, &cursor);
        look_up(scene, &cursor);
        arena_reset(&scene->arena);
        rc = dictionary_next(&cursor, &err);
    }
    rc = dictionary_at(&scene->segment->dictionary,
                       scene->segment->dictionary.terms / 2, &cursor, &err);
    demand(rc == ERR_OK || rc == ERR_CORRUPT, err_name(rc));
}

static void read_dates(struct scene *scene)
{
    static const int64_t at[] = {DATE_MIN, 0, 86400, 1000000000, DATE_MAX};
    const struct columns *columns = &scene->segment->columns;
    struct err err = {0};
    for (size_t i = 0; i + 1 < sizeof at / sizeof *at; i++) {
        doc_id first, end;
        int rc =
            columns_date_range(columns, at[i], at[i + 1], &first, &end, &err);
        if (went_well(scene, rc, &err))
            demand(first <= end && end <= columns->docs, "a range of nothing");
    }
}

static void merge(struct scene *scene, size_t count)
{
    struct merge_input input[2] = {{.segment = scene->segment},
                                   {.segment = scene->segment}};
    struct segment_writer *writer;
    struct segment_facts facts;
    struct err err = {0};
    demand(segment_writer_open("/tmp", "fuzz.seg", &writer, &err) == ERR_OK,
           err.text);
    int rc = merge_segments(input, count, writer, &facts, NULL, NULL, &err);
    (void)went_well(scene, rc, &err);
    segment_writer_close(writer);
}

static int open_segment(const struct segment_input *input,
                        struct memory_file memory[2], struct segment **out,
                        struct err *err)
{
    struct bytes_out file = {0}, live = {0};
    segment_input_file(input, &input->facts, 0, SECTION_LIVE, &file);
    memory_file_open(&memory[0], &file);
    segment_input_file(input, &input->live_facts, SECTION_LIVE, SECTION_COUNT,
                       &live);
    memory_file_open(&memory[1], &live);
    bool has_live =
        input->section[SECTION_LIVE].len || input->section[SECTION_DEAD].len;
    int rc = segment_open(memory[0].path, has_live ? memory[1].path : NULL, out,
                          err);
    if (rc == ERR_CORRUPT && has_live) /* the rest is worth reading */
        rc = segment_open(memory[0].path, NULL, out, err);
    bytes_out_release(&file);
    bytes_out_release(&live);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment_input input;
    struct memory_file memory[2];
    struct scene scene = {0};
    struct err err = {0};
    if (!segment_input_parse(data, size, &input))
        return 0;
    arena_init(&scene.arena, 256 << 20);
    int rc = open_segment(&input, memory, &scene.segment, &err);
    if (rc == ERR_OK) {
        rc = segment_check(scene.segment, NULL, NULL, &err);
        demand(rc == ERR_OK || (rc == ERR_CORRUPT && err.text[0]),
               err_name(rc));
        scene.whole = rc == ERR_OK;
        read_terms(&scene);
        read_dates(&scene);
        merge(&scene, 1);
        merge(&scene, 2);
        segment_close(scene.segment);
    } else {
        demand(rc == ERR_CORRUPT && err.text[0], err_name(rc));
    }
    arena_reset(&scene.arena);
    close(memory[0].fd);
    close(memory[1].fd);
    return 0;
}
