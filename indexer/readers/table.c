/* table.c - all formats, how one is told from another, and what they share. */
#include "base/limits.h"
#include "indexer/readers/formats.h"
#include "indexer/readers/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct reader_format *const reader_table[] = {
    &jsonl_format,
    &reuters_sgml_format,
    &plain_text_format,
    NULL,
};

const struct reader_format *reader_by_name(const char *name)
{
    for (size_t i = 0; reader_table[i]; i++)
        if (strcmp(reader_table[i]->name, name) == 0)
            return reader_table[i];
    return NULL;
}

/* Files that a delivery may hold and that we cannot read: a name is a better
 * answer than a complaint about bytes. */
static const char *known_stranger(struct slice head)
{
    static const struct {
        const char *name;
        struct slice magic;
    } strangers[] = {
        {"a PDF file", SLICE("%PDF-")},
        {"a zip archive", SLICE("PK\x03\x04")},
        {"an xz file; only .gz is unpacked", SLICE("\xfd"
                                                   "7zXZ")},
        {"a bzip2 file; only .gz is unpacked", SLICE("BZh")},
        {"a zstd file; only .gz is unpacked", SLICE("\x28\xb5\x2f\xfd")},
        {"a .gz inside a .gz", SLICE("\x1f\x8b\x08")},
        {"a picture", SLICE("\x89PNG")},
        {"a picture", SLICE("\xff\xd8\xff")},
        {"a picture", SLICE("GIF8")},
    };
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (slice_starts_with(head, strangers[i].magic))
            return strangers[i].name;
    return NULL;
}

static bool starts_with_tag(struct slice head, const char *tag)
{
    size_t len = strlen(tag);
    return head.len >= len &&
           strncasecmp((const char *)head.data, tag, len) == 0;
}

static const char *known_markup(struct slice head)
{
    if (slice_starts_with(head, SLICE("\xef\xbb\xbf")))
        head = slice_part(head, 3, head.len);
    head = slice_trim(head);
    if (starts_with_tag(head, "<!doctype html") ||
        starts_with_tag(head, "<html"))
        return "HTML";
    if (starts_with_tag(head, "<?xml") || starts_with_tag(head, "<rss") ||
        starts_with_tag(head, "<nitf") || starts_with_tag(head, "<newsml"))
        return "XML";
    return NULL;
}

const struct reader_format *
reader_recognise(struct slice head, const char *path, struct reject *why)
{
    const struct reader_format *best = NULL;
    int best_score = 0;
    const char *stranger = known_stranger(head);
    if (!stranger)
        stranger = known_markup(head);
    for (size_t i = 0; reader_table[i] && !stranger; i++) {
        int score = reader_table[i]->recognise(head, path);
        if (score > best_score) {
            best_score = score;
            best = reader_table[i];
        }
    }
    if (best)
        return best;
    const uint8_t *nul = head.len ? memchr(head.data, 0, head.len) : NULL;
    if (stranger)
        reject_set(why, 0, 0, "this is %s", stranger);
    else
        reject_set(why, 0, nul ? (uint64_t)(nul - head.data) : 0,
                   "this is no text");
    return NULL;
}

int reader_open(struct input *in, const char *name, struct reader **out,
                struct reject *why, struct err *err)
{
    const struct reader_format *format;
    *out = NULL;
    if (name && strcmp(name, "auto") != 0) {
        format = reader_by_name(name);
        if (!format)
            return err_set(err, ERR_INVALID, "no format is called '%s'", name);
    } else {
        struct slice head;
        int rc = input_fill(in, INPUT_HEAD, &head, err);
        if (rc)
            return rc;
        if (head.len > INPUT_HEAD)
            head.len = INPUT_HEAD;
        format = reader_recognise(head, input_name(in), why);
        if (!format && input_damage(in))
            return reject_set(why, 0, 0, "%s", input_damage(in));
        if (!format)
            return READER_REJECT;
    }
    return format->open(in, out, err);
}

int reader_next(struct reader *reader, struct arena *arena,
                struct article *article, struct reject *reject, struct err *err)
{
    return reader->format->next(reader, arena, article, reject, err);
}

void reader_close(struct reader *reader)
{
    if (reader)
        reader->format->close(reader);
}

int reject_set(struct reject *reject, uint64_t record, uint64_t byte,
               const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(reject->reason, sizeof reject->reason, fmt, ap);
    va_end(ap);
    reject->record = record;
    reject->byte = byte;
    return READER_REJECT;
}

int reader_yield(const struct article *article, uint64_t record, uint64_t byte,
                 struct reject *reject)
{
    size_t total = 0;
    for (int part = 0; part < PART_COUNT; part++)
        total += article->text[part].len;
    if (article->text[PART_TITLE].len == 0 && article->text[PART_BODY].len == 0)
        return reject_set(reject, record, byte, "neither a title nor a body");
    if (total > LIMIT_ARTICLE_BYTES)
        return reject_set(reject, record, byte,
                          "%zu bytes of text; an article has at most %d", total,
                          LIMIT_ARTICLE_BYTES);
    return READER_ARTICLE;
}
