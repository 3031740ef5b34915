/* columns.h - what is known about each article without its text:
 * docs/format/columns.md.
 *
 * Columns are arrays by doc id, to be read by address; records are the rest, one run of
 * bytes an article; marks are where sentences and paragraphs begin. Doc ids are in the
 * order of results: newer first, undated last, then by key; so a range of dates is a
 * range of ids. Old versions (archived) follow in the same order. SECTION_COLUMNS,
 * SECTION_RECORDS, SECTION_MARKS.
 */
#ifndef SEGMENT_COLUMNS_H
#define SEGMENT_COLUMNS_H

#include "doc/article.h"
#include "segment/doc_iter.h"
#include "segment/segment_file.h"

struct position_range {
    uint32_t start,
        end; /* [start, end); empty when the article has no such part */
};

struct doc_record {
    struct slice key, source, lang; /* lang as the article says it */
    struct date published, modified;
    uint32_t version;    /* as the source counts them; 0: not given */
    uint32_t words;      /* the article's length */
    uint64_t generation; /* that put it in */
    struct position_range part[PART_COUNT];
    char digest[DIGEST_TEXT_SIZE];
};

/* Order of doc ids: < 0 when `a` stands before `b`. Equal only for versions of one key of
 * the same date: then the older generation goes first. */
int doc_record_order(const struct doc_record *a, const struct doc_record *b);

/* Rising positions, the title's beginning included. */
struct doc_marks {
    uint32_t *sentence;
    size_t sentences;
    uint32_t *paragraph; /* each is the beginning of a sentence, too */
    size_t paragraphs;
};

/* --- writing: in the order of doc ids --- */

struct columns_writer;

int columns_writer_open(struct segment_writer *segment,
                        struct columns_writer **out, struct err *err);
/* `primary_lang` is lang_primary() of the record's; ERR_LIMIT past 65535 languages.
 * Old versions have no marks (NULL). */
int columns_add(struct columns_writer *writer, const struct doc_record *record,
                struct slice primary_lang, const struct doc_marks *marks,
                struct err *err);
int columns_finish(struct columns_writer *writer, struct err *err);
void columns_writer_close(struct columns_writer *writer);

/* --- reading --- */

struct columns {
    const struct segment_file *file;
    uint32_t docs, archived;
    struct slice_list
        lang_names; /* primary languages; column `langs` has indices */
    /* inside: where each array begins in the section */
    uint64_t seconds, record_bases, mark_bases, lengths, record_ends, mark_ends,
        langs, precisions;
};

/* Small tables go to `arena`, which lives as long as `out`. Checks the pages of the
 * columns only as they are touched. */
int columns_open(const struct segment_file *file, struct arena *arena,
                 struct columns *out, struct err *err);

/* DATE_MIN when undated. */
int columns_seconds(const struct columns *columns, doc_id doc, int64_t *out,
                    struct err *err);
int columns_length(const struct columns *columns, doc_id doc, uint32_t *out,
                   struct err *err);
/* All lengths, checked, as little-endian u32: for scoring. */
int columns_lengths(const struct columns *columns, const uint32_t **out,
                    struct err *err);
int columns_lang(const struct columns *columns, doc_id doc, uint16_t *out,
                 struct err *err);
int columns_date(const struct columns *columns, doc_id doc, struct date *out,
                 struct err *err);

/* Doc ids [*first, *end) of the live part that are published in [from, to); the undated
 * ones are [*first of columns_undated(), docs). */
int columns_date_range(const struct columns *columns, int64_t from, int64_t to,
                       doc_id *first, doc_id *end, struct err *err);
int columns_undated(const struct columns *columns, doc_id *first,
                    struct err *err);

/* Slices borrow the mapping. The second is the key of the record alone, in a fourth of the
 * time. */
int columns_record(const struct columns *columns, doc_id doc,
                   struct doc_record *out, struct err *err);
int columns_record_key(const struct columns *columns, doc_id doc,
                       struct slice *out, struct err *err);
int columns_marks(const struct columns *columns, doc_id doc,
                  struct arena *arena, struct doc_marks *out, struct err *err);

#endif
