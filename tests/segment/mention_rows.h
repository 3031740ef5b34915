/* mention_rows.h - mentions as rows, and files made of them by the plainest means: rows are
 * sorted, lists are runs of rows. */
#ifndef TESTS_SEGMENT_MENTION_ROWS_H
#define TESTS_SEGMENT_MENTION_ROWS_H

#include "bed.h"
#include "segment/mentions.h"
#include "segment/segment.h"

#define DIGEST_A "0123456789abcdef0123456789abcdef"
#define DIGEST_B "ab23456789abcdef0123456789abcdef"

struct mention_row {
    const char *id, *form;
    uint16_t width;
    doc_id doc;
    uint32_t position;
    bool title;
};

enum { ROWS_MAX = 4000 };

__attribute__((unused)) static struct slice
row_term(const struct mention_row *row, bool form, uint8_t room[TERM_KEY_MAX])
{
    struct slice text = slice_of(row->form), term;
    struct err err;
    CHECK_OK(mention_term(slice_of(row->id), form ? &text : NULL, row->width,
                          room, &term, &err),
             err);
    return term;
}

static bool rows_by_form;

__attribute__((unused)) static int compare_rows(const void *a, const void *b)
{
    const struct mention_row *x = a, *y = b;
    uint8_t room[2][TERM_KEY_MAX];
    int order = slice_cmp(row_term(x, rows_by_form, room[0]),
                          row_term(y, rows_by_form, room[1]));
    if (order)
        return order;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

/* Lists of the sorted rows. */
__attribute__((unused)) static int put_rows(struct mentions_writer *writer,
                                            const struct mention_row *row,
                                            size_t count, bool forms,
                                            struct err *err)
{
    uint8_t room[2][TERM_KEY_MAX];
    uint32_t positions[2 * ROWS_MAX];
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count;) {
        struct slice term = row_term(&row[i], forms, room[0]);
        mentions_begin(writer, term);
        while (rc == ERR_OK && i < count &&
               slice_eq(row_term(&row[i], forms, room[1]), term)) {
            uint32_t n = 0;
            doc_id doc = row[i].doc;
            for (; i < count && row[i].doc == doc &&
                   slice_eq(row_term(&row[i], forms, room[1]), term);
                 i++) {
                positions[n++] = row[i].position;
                if (row[i].title)
                    positions[n++] = row[i].position;
            }
            rc = mentions_add(writer, doc, positions, n, err);
        }
        if (rc == ERR_OK)
            rc = mentions_end(writer, err);
    }
    return rc;
}

/* Sorts the rows. */
__attribute__((unused)) static int
write_rows(const struct mentions_target *target, struct mention_row *row,
           size_t count, struct err *err)
{
    struct mentions_writer *writer = NULL;
    uint64_t size;
    uint32_t crc;
    int rc = mentions_writer_open(target, &writer, err);
    for (int forms = 0; rc == ERR_OK && forms < 2; forms++) {
        rows_by_form = forms;
        if (count)
            qsort(row, count, sizeof *row, compare_rows);
        rc = put_rows(writer, row, count, forms, err);
    }
    if (rc == ERR_OK)
        rc = mentions_finish(writer, &size, &crc, err);
    mentions_writer_close(writer);
    return rc;
}

/* `count` mentions in `docs` articles, of positions below 3 an article and entity in the
 * title. */
__attribute__((unused)) static size_t
random_rows(uint64_t seed, uint32_t docs, size_t count, struct mention_row *out)
{
    static const struct {
        const char *id, *form;
        uint16_t width;
    } names[] = {
        {"georgia", "Georgia", 1},
        {"georgia-us", "Georgia", 1},
        {"istanbul", "Istanbul", 1},
        {"istanbul", "\xc4\xb0stanbul", 1},
        {"sergei-lavrov", "Lavrov", 1},
        {"sergei-lavrov", "Sergei Lavrov", 2},
        {"sergei-lavrov", "Sergey Lavrov", 2},
        {"sergei-lavrov", "Sergey V. Lavrov", 3},
        {"rare", "Rare", 1},
    };
    enum { NAMES = sizeof names / sizeof *names };
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t name = rng_below(&seed, NAMES);
        doc_id doc = rng_below(&seed, docs);
        /* Georgia is nearly everywhere. */
        if (rng_below(&seed, 2))
            name = 0;
        if (name == NAMES - 1 && rng_below(&seed, 8))
            continue;
        struct mention_row row = {names[name].id,
                                  names[name].form,
                                  names[name].width,
                                  doc,
                                  10 * rng_below(&seed, 20),
                                  false};
        row.title = row.position < 30;
        bool taken = false;
        for (size_t k = 0; k < n; k++)
            taken = taken ||
                    (out[k].doc == doc && out[k].position == row.position &&
                     strcmp(out[k].id, row.id) == 0);
        if (!taken)
            out[n++] = row;
    }
    return n;
}

#endif
