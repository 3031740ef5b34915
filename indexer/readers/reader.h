/* reader.h - one input file, read as a row of articles.
 *
 * input.h opens PATHs (folders, files, .gz, "-") and tells the format by content;
 * each format is one file here and one row in reader_table.
 *
 *     while ((rc = reader_next(reader, arena, &article, &reject, &err)) == READER_ARTICLE
 *            || rc == READER_REJECT) { ... arena_reset(arena); }
 *
 * A record that cannot be read is a reject: it says where and why, and the reader
 * goes on behind it. Only what ends the whole file (the disk, memory) is an error.
 */
#ifndef READERS_READER_H
#define READERS_READER_H

#include "base/err.h"
#include "doc/article.h"

struct input; /* a stream of decompressed bytes with a name: input.h */

enum reader_step { READER_END, READER_ARTICLE, READER_REJECT };

/* Why a record was not taken. */
struct reject {
    uint64_t record; /* counted from 1 within the file; 0: the whole file */
    uint64_t byte;   /* offset in the decompressed file where the fault is */
    char reason[240];
};

struct reader;

struct reader_format {
    const char *name; /* "jsonl", "text", "reuters-sgml"; also for --format */
    /* Whether the file's first bytes (up to 64 KB) look like this format: 0 not at
     * all .. 100 for certain. */
    int (*recognise)(struct slice head, const char *path);
    int (*open)(struct input *, struct reader **, struct err *);
    /* READER_* or a negative error. Slices of the article live in `arena`; its key is
     * not assigned yet. */
    int (*next)(struct reader *, struct arena *, struct article *,
                struct reject *, struct err *);
    void (*close)(struct reader *);
};

/* Each format's own struct begins with this. */
struct reader {
    const struct reader_format *format;
};

/* NULL-terminated. */
extern const struct reader_format *const reader_table[];

/* The row of that name, else NULL. */
const struct reader_format *reader_by_name(const char *name);

/* The format that the first bytes look most like. NULL: none of ours, and `why`
 * says what it looks like instead. */
const struct reader_format *
reader_recognise(struct slice head, const char *path, struct reject *why);

/* Open with the format called `name`, or, for NULL and "auto", the recognised one.
 * 0; READER_REJECT with `why` when no format fits; a negative error. The reader
 * borrows `in`, which the caller closes after it. */
int reader_open(struct input *in, const char *name, struct reader **out,
                struct reject *why, struct err *err);

/* As the row's functions. */
int reader_next(struct reader *reader, struct arena *arena,
                struct article *article, struct reject *reject,
                struct err *err);
void reader_close(struct reader *reader); /* NULL is fine */

/* For the formats: READER_ARTICLE, or a reject when there is nothing to read in
 * the article or more than LIMIT_ARTICLE_BYTES. */
int reader_yield(const struct article *article, uint64_t record, uint64_t byte,
                 struct reject *reject);
/* For the formats: fill `reject`, and return READER_REJECT. */
__attribute__((format(printf, 4, 5))) int reject_set(struct reject *reject,
                                                     uint64_t record,
                                                     uint64_t byte,
                                                     const char *fmt, ...);

#endif
