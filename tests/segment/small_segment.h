/* small_segment.h - a segment of a few made-up articles, written from the words up by
 * the plainest means: every occurrence is a row, rows are sorted, lists are runs of
 * rows. For tests of what reads whole segments; `fault` makes one thing of it wrong.
 *
 * Words stand between spaces. "AB" is ab in capitals, too; "a-b" is a, b, and ab of
 * width 2; in articles with a language, a word's stem is its form without a final s.
 */
#ifndef TESTS_SEGMENT_SMALL_SEGMENT_H
#define TESTS_SEGMENT_SMALL_SEGMENT_H

#include "base/err.h"
#include "check.h"
#include "segment/segment.h"

#include <unistd.h>

struct small_doc {
    const char *key, *lang;
    int64_t seconds; /* 0: undated */
    uint64_t generation;
    const char *title, *body;
    bool archived;
};

enum small_fault {
    NO_FAULT,
    WRONG_WORDS,     /* in the header */
    WRONG_ORDER,     /* of the first two articles */
    WRONG_LANG,      /* in the column */
    WRONG_DIGEST,    /* in the record */
    WRONG_KEY,       /* in the record */
    WRONG_DATE,      /* in the record */
    WRONG_LENGTH,    /* in record and column */
    WRONG_PART,      /* the body is said to end early */
    WRONG_MARK,      /* a sentence outside */
    MISSING_MARK,    /* a part that begins no paragraph */
    ARCHIVED_MARK,   /* of an old version */
    MISSING_KEY,     /* the KEY term of the last article */
    SWAPPED_KEYS,    /* KEY terms that name each other's articles */
    WRONG_DOCS,      /* in a dictionary entry */
    WRONG_FREQUENCY, /* the same */
    WRONG_OCCURRENCES,
    MISSING_STEM,  /* an occurrence without its stem */
    MISSING_PLAIN, /* ... in an article without a language */
    OTHER_STEM,    /* a stem of another language */
    MISSING_WORD,  /* an occurrence that is in no list */
    MOVED_WORD,    /* to a position outside */
    TITLE_ONCE,    /* one position in the title stands once */
    LOW_BOUNDS,    /* block maxima of longer articles */
    WRONG_FORM,    /* a stem that names no word */
    OTHER_FORM,    /* ... the next word instead of its own */
    MORE_FORMS,    /* ... one more than it has */
    OTHER_TEXT,    /* stored under the wrong article */
    NO_TEXT_FORMAT,
    UNNAMED_TEXT, /* of an article that is no more */
    SMALL_FAULTS
};

enum { SMALL_TERM = 64, SMALL_ROWS = 4096, SMALL_DOCS = 64 };

struct small_row {
    uint8_t term[SMALL_TERM];
    size_t len;
    doc_id doc;
    uint32_t position;
    bool title;
};

struct small_segment {
    struct small_row row[SMALL_ROWS];
    size_t rows;
    struct small_row stem_form[SMALL_ROWS]; /* term: WORD; `stem`: its STEM */
    uint8_t stem[SMALL_ROWS][SMALL_TERM];
    size_t stem_len[SMALL_ROWS];
    size_t stem_forms;
    uint32_t lengths[SMALL_DOCS];
    struct doc_record record[SMALL_DOCS];
    uint32_t docs, archived;
    enum small_fault fault;
    size_t stems; /* written */
};

static void small_put(struct small_segment *s, enum term_class class,
                      const char *text, size_t len, unsigned width, doc_id doc,
                      uint32_t position, bool title)
{
    struct small_row *row = &s->row[s->rows++];
    CHECK(s->rows < SMALL_ROWS && len + 3 < SMALL_TERM);
    *row = (struct small_row){.doc = doc, .position = position, .title = title};
    row->term[row->len++] = (uint8_t) class;
    memcpy(row->term + row->len, text, len);
    row->len += len;
    if (width > 1) {
        row->term[row->len++] = TERM_JOINED;
        row->term[row->len++] = (uint8_t)width;
    }
}

/* One form: as WORD, as STEM or PLAIN, as CAPS. */
static void small_form(struct small_segment *s, const struct small_doc *d,
                       doc_id doc, const char *form, size_t len, unsigned width,
                       uint32_t position, bool title, bool caps)
{
    small_put(s, TERM_WORD, form, len, width, doc, position, title);
    struct small_row word = s->row[s->rows - 1];
    if (caps)
        small_put(s, TERM_CAPS, form, len, width, doc, position, title);
    if (d->lang[0] == '\0') {
        small_put(s, TERM_PLAIN, form, len, 1, doc, position, title);
        return;
    }
    char stem[SMALL_TERM];
    size_t stem_len = len > 1 && form[len - 1] == 's' ? len - 1 : len;
    const char *dash = strchr(d->lang, '-');
    int n = snprintf(stem, sizeof stem, "%.*s:%.*s",
                     dash ? (int)(dash - d->lang) : (int)strlen(d->lang),
                     d->lang, (int)stem_len, form);
    small_put(s, TERM_STEM, stem, (size_t)n, 1, doc, position, title);
    const struct small_row *row = &s->row[s->rows - 1];
    memcpy(s->stem[s->stem_forms], row->term, row->len);
    s->stem_len[s->stem_forms] = row->len;
    s->stem_form[s->stem_forms++] = word;
}

/* Returns the position after the last word. */
static uint32_t small_part(struct small_segment *s, const struct small_doc *d,
                           doc_id doc, const char *text, uint32_t position,
                           bool title)
{
    while (*text) {
        size_t len = strcspn(text, " "), at = 0, parts = 0, joined_len = 0;
        char joined[SMALL_TERM];
        bool caps = len > 1;
        uint32_t first = position;
        for (size_t i = 0; i < len; i++)
            caps = caps && text[i] >= 'A' && text[i] <= 'Z';
        while (at < len) {
            char form[SMALL_TERM];
            size_t n = strcspn(text + at, " -");
            for (size_t i = 0; i < n; i++) {
                char c = text[at + i];
                form[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
                joined[joined_len++] = form[i];
            }
            small_form(s, d, doc, form, n, 1, position++, title, caps);
            parts++;
            at += n + (text[at + n] == '-');
        }
        if (parts > 1)
            small_form(s, d, doc, joined, joined_len, (unsigned)parts, first,
                       title, false);
        text += len + (text[len] == ' ');
    }
    return position;
}

static struct article small_article(const struct small_doc *d)
{
    return (struct article){
        .key = slice_of(d->key),
        .text[PART_TITLE] = slice_of(d->title),
        .text[PART_BODY] = slice_of(d->body),
        .source = SLICE("s"),
        .lang = slice_of(d->lang),
        .published = {d->seconds, d->seconds ? DATE_SECOND : DATE_NONE},
        .published_from = d->seconds ? ORIGIN_GIVEN : ORIGIN_NONE,
        .generation = d->generation,
    };
}

static void small_add(struct small_segment *s, const struct small_doc *d,
                      doc_id doc)
{
    struct article article = small_article(d);
    struct doc_record *r = &s->record[doc];
    size_t rows = s->rows, forms = s->stem_forms;
    *r = (struct doc_record){.key = article.key,
                             .source = article.source,
                             .lang = article.lang,
                             .published = article.published,
                             .generation = d->generation};
    article_digest(&article, r->digest);
    uint32_t end = small_part(s, d, doc, d->title, 0, true);
    r->part[PART_TITLE] = (struct position_range){0, end};
    r->words = end;
    uint32_t start = end ? end + 100 : 0;
    end = small_part(s, d, doc, d->body, start, false);
    r->part[PART_BODY] = (struct position_range){start, end};
    r->words += end - start;
    if (d->archived) {
        s->rows = rows;
        s->stem_forms = forms;
    }
    small_put(s, TERM_KEY, d->key, strlen(d->key), 1, doc, 0, false);
}

static int small_row_order(const void *a, const void *b)
{
    const struct small_row *x = a, *y = b;
    int order = slice_cmp((struct slice){x->term, x->len},
                          (struct slice){y->term, y->len});
    if (order == 0)
        order = x->doc < y->doc ? -1 : x->doc > y->doc;
    if (order == 0)
        order = x->position < y->position ? -1 : x->position > y->position;
    return order;
}

/* --- faults in rows: what is wrong with one occurrence --- */

static struct small_row *small_find(struct small_segment *s,
                                    enum term_class class, bool title)
{
    for (size_t i = 0; i < s->rows; i++)
        if (s->row[i].term[0] == class && s->row[i].title == title)
            return &s->row[i];
    fail_msg("no such occurrence");
    return NULL;
}

static void small_remove(struct small_segment *s, struct small_row *row)
{
    *row = s->row[--s->rows];
}

/* An occurrence without a stem of a word that has others; it stands before its PLAIN. */
static struct small_row *small_find_one_of_many(struct small_segment *s)
{
    for (size_t i = 1; i < s->rows; i++) {
        const struct small_row *row = &s->row[i - 1];
        size_t same = 0;
        for (size_t k = 0; k < s->rows; k++)
            same += slice_eq((struct slice){s->row[k].term, s->row[k].len},
                             (struct slice){row->term, row->len});
        if (s->row[i].term[0] == TERM_PLAIN && !row->title && same > 1)
            return &s->row[i - 1];
    }
    fail_msg("no such occurrence");
    return NULL;
}

static void small_spoil_rows(struct small_segment *s)
{
    if (s->fault == MISSING_WORD)
        small_remove(s, small_find_one_of_many(s));
    if (s->fault == MISSING_STEM)
        small_remove(s, small_find(s, TERM_STEM, false));
    if (s->fault == MISSING_PLAIN)
        small_remove(s, small_find(s, TERM_PLAIN, false));
    if (s->fault == MOVED_WORD)
        small_find(s, TERM_WORD, false)->position = 90;
    if (s->fault == TITLE_ONCE)
        small_find(s, TERM_WORD, true)->title = false;
    if (s->fault == MISSING_KEY)
        small_remove(s, small_find(s, TERM_KEY, false));
    for (size_t i = 0; s->fault == OTHER_STEM && i < s->rows; i++)
        if (s->row[i].term[0] == TERM_STEM && s->row[i].term[1] == 'e')
            s->row[i].term[1] = 'd', s->row[i].term[2] = 'e';
    for (size_t i = 0; s->fault == OTHER_STEM && i < s->stem_forms; i++)
        if (s->stem[i][1] == 'e')
            s->stem[i][1] = 'd', s->stem[i][2] = 'e';
    for (size_t i = 0; s->fault == SWAPPED_KEYS && i < s->rows; i++)
        if (s->row[i].term[0] == TERM_KEY && s->row[i].doc < 2)
            s->row[i].doc = 1 - s->row[i].doc;
}

/* --- writing --- */

static void small_write_stem(struct small_segment *s,
                             const struct small_row *row,
                             const struct small_row *words, size_t word_count,
                             struct stems_writer *stems)
{
    uint32_t form[SMALL_ROWS] = {0};
    size_t count = 0;
    struct err err = {0};
    for (size_t w = 0; w < word_count; w++)
        for (size_t i = 0; i < s->stem_forms; i++) {
            const struct small_row *f = &s->stem_form[i];
            if (slice_eq((struct slice){s->stem[i], s->stem_len[i]},
                         (struct slice){row->term, row->len}) &&
                slice_eq((struct slice){f->term, f->len},
                         (struct slice){words[w].term, words[w].len})) {
                form[count++] = (uint32_t)w;
                break;
            }
        }
    CHECK(count > 0);
    if (s->fault == WRONG_FORM)
        form[count - 1] = (uint32_t)word_count;
    if (s->fault == OTHER_FORM && s->stems++ == 0)
        form[0]++;
    if (s->fault == MORE_FORMS && s->stems++ == 0)
        form[count] = form[count - 1] + 1, count++;
    CHECK_OK(stems_add(stems, form, count, &err), err);
}

static void small_write_list(struct small_segment *s,
                             const struct small_row *row, size_t rows,
                             struct postings_writer *postings,
                             struct term_entry *entry)
{
    uint32_t position[2 * SMALL_ROWS];
    enum term_class class = row->term[0];
    struct err err = {0};
    uint64_t occurrences = 0;
    postings_begin(postings, class);
    for (size_t i = 0; i < rows;) {
        uint32_t frequency = 0;
        size_t from = i;
        for (; i < rows && row[i].doc == row[from].doc; i++) {
            for (int twice = 0; twice <= row[i].title; twice++)
                position[frequency++] = row[i].position;
            occurrences++;
        }
        CHECK_OK(
            postings_add(postings, row[from].doc, frequency, position, &err),
            err);
    }
    CHECK_OK(postings_end(postings, entry, &err), err);
    if (term_has_positions(class))
        entry->counts.occurrences = occurrences;
    static const uint8_t the[] = {TERM_WORD, 't', 'h', 'e'};
    if (!slice_eq((struct slice){row->term, row->len},
                  (struct slice){the, sizeof the}))
        return;
    entry->counts.docs += s->fault == WRONG_DOCS ? -UINT64_C(1) : 0;
    entry->counts.frequency -= s->fault == WRONG_FREQUENCY;
    entry->counts.occurrences -= s->fault == WRONG_OCCURRENCES;
}

static void small_write_terms(struct small_segment *s, struct bm25_k k,
                              struct segment_writer *writer)
{
    static struct small_row words[SMALL_ROWS];
    struct dictionary_writer *dictionary;
    struct postings_writer *postings;
    struct stems_writer *stems;
    struct err err = {0};
    size_t word_count = 0;
    CHECK_OK(dictionary_writer_open(writer, &dictionary, &err), err);
    CHECK_OK(stems_writer_open(writer, &stems, &err), err);
    CHECK_OK(
        postings_writer_open(writer, s->docs, s->lengths, k, &postings, &err),
        err);
    for (size_t i = 0, end; i < s->rows; i = end) {
        struct term_entry entry = {0};
        struct slice term = {s->row[i].term, s->row[i].len};
        for (end = i;
             end < s->rows &&
             slice_eq(term, (struct slice){s->row[end].term, s->row[end].len});)
            end++;
        small_write_list(s, &s->row[i], end - i, postings, &entry);
        if (term.data[0] == TERM_WORD)
            words[word_count++] = s->row[i];
        if (term.data[0] == TERM_STEM)
            small_write_stem(s, &s->row[i], words, word_count, stems);
        CHECK_OK(dictionary_add(dictionary, term, &entry, &err), err);
    }
    CHECK_OK(stems_finish(stems, &err), err);
    CHECK_OK(dictionary_finish(dictionary, &err), err);
    stems_writer_close(stems);
    dictionary_writer_close(dictionary);
    postings_writer_close(postings);
}

static void small_write_columns(struct small_segment *s,
                                struct segment_writer *writer)
{
    struct columns_writer *columns;
    struct err err = {0};
    CHECK_OK(columns_writer_open(writer, &columns, &err), err);
    for (doc_id doc = 0; doc < s->docs + s->archived; doc++) {
        struct doc_record record = s->record[doc];
        uint32_t at[3];
        size_t marks = 0;
        if (record.part[PART_TITLE].end > 0)
            at[marks++] = 0;
        if (record.part[PART_BODY].end > record.part[PART_BODY].start)
            at[marks++] = record.part[PART_BODY].start;
        if (s->fault == WRONG_MARK && doc == 0)
            at[marks++] = record.part[PART_BODY].end;
        if (s->fault == MISSING_MARK && doc == 0)
            marks--;
        struct doc_marks list = {at, marks, at, marks};
        struct slice lang = record.lang;
        for (size_t i = 0; i < lang.len; i++)
            if (lang.data[i] == '-')
                lang.len = i;
        if (s->fault == WRONG_LANG && doc == 0)
            lang = SLICE("fr");
        if (s->fault == WRONG_DIGEST && doc == 0)
            record.digest[0] = record.digest[0] == '0' ? '1' : '0';
        if (s->fault == WRONG_KEY && doc == 0)
            record.key = SLICE("a key of nobody");
        if (s->fault == WRONG_DATE && doc == 0)
            record.published.seconds++;
        if (s->fault == WRONG_LENGTH && doc == 0)
            record.words--;
        if (s->fault == WRONG_PART && doc == 0)
            record.part[PART_BODY].end -= 1;
        bool marked = doc < s->docs || s->fault == ARCHIVED_MARK;
        CHECK_OK(
            columns_add(columns, &record, lang, marked ? &list : NULL, &err),
            err);
    }
    CHECK_OK(columns_finish(columns, &err), err);
    columns_writer_close(columns);
}

static void small_write_texts(struct small_segment *s,
                              const struct small_doc *const *docs,
                              struct segment_writer *writer)
{
    struct stored_writer *stored;
    struct err err = {0};
    uint32_t ticket[SMALL_DOCS];
    CHECK_OK(stored_writer_open(writer, &stored, &err), err);
    for (doc_id doc = 0; doc < s->docs + s->archived; doc++) {
        struct bytes_out payload = {0};
        struct article article = small_article(docs[doc]);
        CHECK_OK(article_payload(&article, &payload, &err), err);
        if (s->fault == NO_TEXT_FORMAT && doc == 0)
            payload.len--;
        CHECK_OK(stored_add(stored, (struct slice){payload.data, payload.len},
                            &ticket[doc], &err),
                 err);
        bytes_out_release(&payload);
    }
    if (s->fault == UNNAMED_TEXT)
        ticket[0] = UINT32_MAX;
    if (s->fault == OTHER_TEXT) {
        uint32_t first = ticket[0];
        ticket[0] = ticket[1];
        ticket[1] = first;
    }
    CHECK_OK(stored_finish(stored, ticket, s->docs + s->archived, &err), err);
    stored_writer_close(stored);
}

static int small_doc_order(const void *a, const void *b)
{
    const struct small_doc *const *x = a, *const *y = b;
    struct doc_record one = {0}, two = {0};
    if ((*x)->archived != (*y)->archived)
        return (*x)->archived ? 1 : -1;
    struct article of_x = small_article(*x), of_y = small_article(*y);
    one.key = of_x.key, two.key = of_y.key;
    one.published = of_x.published, two.published = of_y.published;
    one.generation = (*x)->generation, two.generation = (*y)->generation;
    return doc_record_order(&one, &two);
}

/* DIR/NAME with these articles, in their order. `dir` exists. */
static void small_segment_write(const char *dir, const char *name,
                                const struct small_doc *docs, size_t count,
                                enum small_fault fault)
{
    struct small_segment *s = calloc(1, sizeof *s);
    const struct small_doc *order[SMALL_DOCS];
    struct segment_writer *writer;
    struct segment_facts facts = {0};
    struct err err = {0};
    uint64_t size;
    uint32_t crc;
    CHECK(s && count < SMALL_DOCS);
    s->fault = fault;
    for (size_t i = 0; i < count; i++)
        order[i] = &docs[i];
    qsort(order, count, sizeof *order, small_doc_order);
    if (fault == WRONG_ORDER) {
        const struct small_doc *first = order[0];
        order[0] = order[1];
        order[1] = first;
    }
    for (size_t i = 0; i < count; i++) {
        small_add(s, order[i], (doc_id)i);
        s->docs += !order[i]->archived;
        s->archived += order[i]->archived;
        s->lengths[i] = s->record[i].words;
        facts.words += order[i]->archived ? 0 : s->record[i].words;
    }
    facts.docs = s->docs;
    facts.archived = s->archived;
    struct bm25_k k = bm25_k_of(facts.words, facts.docs);
    for (size_t i = 0; fault == LOW_BOUNDS && i < s->docs; i++)
        s->lengths[i] *= 3;
    small_spoil_rows(s);
    qsort(s->row, s->rows, sizeof *s->row, small_row_order);
    CHECK_OK(segment_writer_open(dir, name, &writer, &err), err);
    small_write_columns(s, writer);
    small_write_terms(s, k, writer);
    small_write_texts(s, order, writer);
    facts.words += fault == WRONG_WORDS;
    CHECK_OK(segment_writer_finish(writer, &facts, &size, &crc, &err), err);
    segment_writer_close(writer);
    free(s);
}

#endif
