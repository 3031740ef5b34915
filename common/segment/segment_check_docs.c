/* Article by article: the record, its columns, its marks, its text, and whether they
 * speak of the same article. */
#include "segment/segment_check_internal.h"

#include "base/err.h"
#include "segment/stored_format.h"

#include <inttypes.h>
#include <string.h>

static bool same_date(struct date a, struct date b)
{
    return a.precision == b.precision &&
           (a.precision == DATE_NONE || a.seconds == b.seconds);
}

/* --- columns and records --- */

static void check_lang(struct segment_check *check, doc_id doc,
                       const struct doc_record *record)
{
    const struct columns *columns = &check->segment->columns;
    struct slice lang = record->lang;
    const uint8_t *dash = lang.len ? memchr(lang.data, '-', lang.len) : NULL;
    struct err err = {0};
    uint16_t index;
    if (dash)
        lang.len = (size_t)(dash - lang.data);
    if (!check_failed(check, columns_lang(columns, doc, &index, &err), &err) &&
        !slice_eq(lang, columns->lang_names.item[index]))
        check_fault(check, SECTION_RECORDS,
                    "article %u: another language than in its column", doc);
}

static void check_parts(struct segment_check *check, doc_id doc,
                        const struct doc_record *record)
{
    uint64_t places = 0;
    for (int part = 0; part < PART_COUNT; part++)
        places += record->part[part].end - record->part[part].start;
    if (record->words > places)
        check_fault(check, SECTION_RECORDS,
                    "article %u: %u words in %" PRIu64 " places", doc,
                    record->words, places);
    if (doc < check->docs)
        memcpy(check->part[doc], record->part, sizeof record->part);
}

/* `before` is the last record of the same part of the segment, or has no key. */
static bool check_record(struct segment_check *check, doc_id doc,
                         const struct doc_record *before,
                         struct doc_record *out)
{
    struct err err = {0};
    if (check_failed(check,
                     columns_record(&check->segment->columns, doc, out, &err),
                     &err))
        return false;
    if (out->key.len == 0)
        check_fault(check, SECTION_RECORDS, "article %u: no key", doc);
    if (before->key.len && doc_record_order(before, out) > 0)
        check_fault(check, SECTION_RECORDS, "article %u: not in its place",
                    doc);
    check_lang(check, doc, out);
    check_parts(check, doc, out);
    return true;
}

/* --- marks --- */

static bool inside(const struct position_range part[PART_COUNT], uint32_t at)
{
    for (int i = 0; i < PART_COUNT; i++)
        if (at >= part[i].start && at < part[i].end)
            return true;
    return false;
}

static bool is_mark(const struct doc_marks *marks, uint32_t at)
{
    size_t low = 0, high = marks->paragraphs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (marks->paragraph[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < marks->paragraphs && marks->paragraph[low] == at;
}

static void check_marks(struct segment_check *check, doc_id doc,
                        const struct doc_record *record)
{
    struct doc_marks marks;
    struct err err = {0};
    int rc = columns_marks(&check->segment->columns, doc, &check->scratch,
                           &marks, &err);
    if (check_failed(check, rc, &err))
        return;
    if (doc >= check->docs) {
        if (marks.sentences)
            check_fault(check, SECTION_MARKS,
                        "article %u: an old version has none", doc);
        return;
    }
    for (size_t i = 0; i < marks.sentences; i++)
        if (!inside(record->part, marks.sentence[i])) {
            check_fault(check, SECTION_MARKS,
                        "article %u: a sentence outside its parts", doc);
            return;
        }
    for (int part = 0; part < PART_COUNT; part++)
        if (record->part[part].start < record->part[part].end &&
            !is_mark(&marks, record->part[part].start))
            check_fault(check, SECTION_MARKS,
                        "article %u: its %s begins no paragraph", doc,
                        article_part_name((enum article_part)part));
}

/* --- the text --- */

static bool same_article(const struct article *article,
                         const struct doc_record *record)
{
    return slice_eq(article->key, record->key) &&
           slice_eq(article->source, record->source) &&
           slice_eq(article->lang, record->lang) &&
           same_date(article->published, record->published) &&
           same_date(article->modified, record->modified) &&
           article->version == record->version;
}

static void add_to_chapter(struct segment_check *check, doc_id doc,
                           size_t payload)
{
    const struct stored *stored = &check->segment->stored;
    struct stored_address address;
    uint32_t number;
    struct err err = {0};
    int rc = stored_address_of(stored, doc, &address, &err);
    if (rc == ERR_OK)
        rc = stored_chapter_of(stored, address.group, &number, &err);
    if (check_failed(check, rc, &err))
        return;
    check->chapter[number].articles++;
    check->chapter[number].text += payload;
}

/* Nothing is stored that no article leads to: so that what was purged is gone. */
static void check_chapters(struct segment_check *check)
{
    const struct stored *stored = &check->segment->stored;
    for (uint32_t i = 0; i < stored->chapters && !check->stop; i++) {
        struct stored_chapter chapter;
        struct err err = {0};
        int rc = stored_chapter(stored, i, &chapter, &err);
        if (check_failed(check, rc, &err))
            continue;
        if (chapter.articles != check->chapter[i].articles ||
            chapter.text != check->chapter[i].text)
            check_fault(check, SECTION_STORED,
                        "chapter %u: %" PRIu64 " articles are named, %u are "
                        "there",
                        i, check->chapter[i].articles, chapter.articles);
    }
}

static void check_text(struct segment_check *check, doc_id doc,
                       const struct doc_record *record)
{
    struct slice payload;
    struct article article;
    struct err err = {0};
    char digest[DIGEST_TEXT_SIZE];
    int rc = stored_read(&check->segment->stored, doc, &check->scratch,
                         &payload, &err);
    if (rc == ERR_NOTFOUND) /* an index without text */
        return;
    if (check_failed(check, rc, &err))
        return;
    add_to_chapter(check, doc, payload.len);
    rc = article_from_payload(payload, &check->scratch, &article, &err);
    if (rc == ERR_NOMEM) {
        check_no_memory(check);
        return;
    }
    if (rc) {
        check_fault(check, SECTION_STORED, "article %u: %s", doc, err.text);
        return;
    }
    article_digest(&article, digest);
    if (strcmp(digest, record->digest) != 0)
        check_fault(check, SECTION_STORED, "article %u: not the text of %.*s",
                    doc, SLICE_ARG(record->key));
    else if (!same_article(&article, record))
        check_fault(check, SECTION_STORED,
                    "article %u: not as the record of %.*s says", doc,
                    SLICE_ARG(record->key));
}

void check_docs(struct segment_check *check)
{
    struct doc_record before = {0}, record;
    for (doc_id doc = 0; doc < check->all && !check->stop; doc++) {
        if (doc == check->docs) /* old versions have an order of their own */
            before = (struct doc_record){0};
        if (!check_record(check, doc, &before, &record))
            continue;
        check_marks(check, doc, &record);
        check_text(check, doc, &record);
        before = record;
        arena_reset(&check->scratch);
    }
    /* Texts that could not be read are in no sum. */
    if (check->faults == 0)
        check_chapters(check);
}
