/* article.h - one news item, as every reader yields it and every engine stores it.
 *
 * All text is valid UTF-8 in Unicode's order, as the publisher wrote it: nothing
 * is folded or normalised here. Paragraphs are separated by one blank line
 * ("\n\n"); a single "\n" inside a paragraph is a space to us. Empty slices are
 * "not given". Slices borrow; whoever fills the struct says from what.
 */
#ifndef DOC_ARTICLE_H
#define DOC_ARTICLE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/date.h"

/* The parts that are searched, in the order of their positions. */
enum article_part {
    PART_TITLE,
    PART_SUMMARY,
    PART_BODY,
    PART_CAPTIONS,
    PART_COUNT,
};

/* Where the date of publication was read. Never a file's time. */
enum date_origin {
    ORIGIN_NONE,
    ORIGIN_GIVEN, /* a field of the record */
    ORIGIN_DATELINE,
    ORIGIN_CAPTION,
    ORIGIN_FILE_NAME,
};

struct article {
    struct slice key; /* article_assign_key() */
    uint32_t version; /* as the source counts them; 0: not given */

    struct slice text[PART_COUNT];
    struct slice id, url, source, lang; /* lang: BCP 47, lower case, "en" */
    struct slice byline, dateline, status;
    struct slice_list topics, places, people, orgs;

    struct date published, modified;
    enum date_origin published_from;
    uint64_t
        generation;    /* that put it in; filled by engines, not stored here */
    bool lang_guessed; /* `lang` was not given */
    int64_t ingested;  /* seconds since 1970; set by the indexer */
};

const char *article_part_name(enum article_part part); /* "title" ... */
const char *
date_origin_name(enum date_origin origin); /* "given", "dateline" ... */

/* `source:id` when both exist, else the url, else "digest:" and the digest of the
 * text. Longer than LIMIT_KEY_BYTES: its first bytes, '~' and a hash. ASCII control
 * characters and spaces become '_'. The key lives in `arena`. ERR_NOMEM. */
int article_assign_key(struct article *article, struct arena *arena);

/* 128-bit digest of the text of all parts, and of nothing else: what decides
 * whether a delivery is the same text again. Lower-case hexadecimal. */
enum { DIGEST_TEXT_SIZE = 33 };
void article_digest(const struct article *article, char out[DIGEST_TEXT_SIZE]);

/* --- the stored form: docs/format/article.md --- */

/* Append the record of `article`, deflated (zlib). ERR_NOMEM. */
int article_encode(const struct article *article, struct bytes_out *out,
                   struct err *err);

/* Read it back; slices point into `arena`. Bytes are not trusted: ERR_CORRUPT,
 * and ERR_LIMIT past LIMIT_ARTICLE_BYTES. */
int article_decode(struct slice stored, struct arena *arena,
                   struct article *out, struct err *err);

/* Its payload alone, for whoever compresses and sums by other means. ERR_LIMIT past
 * LIMIT_ARTICLE_BYTES, ERR_NOMEM. */
int article_payload(const struct article *article, struct bytes_out *out,
                    struct err *err);
/* Slices point into `payload`; lists are in `arena`. ERR_CORRUPT, ERR_NOMEM. */
int article_from_payload(struct slice payload, struct arena *arena,
                         struct article *out, struct err *err);

#endif
