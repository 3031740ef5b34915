/* reading.h - shared by the tests of the readers: bytes in, a list of articles and
 * rejects out. */
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include "base/err.h"
#include "indexer/readers/input.h"
#include "indexer/readers/reader.h"

#include "check.h"

#include <unistd.h>
#include <zlib.h>

struct reading_step {
    int step; /* READER_ARTICLE, READER_REJECT */
    struct article article;
    struct reject reject;
};

enum { STEPS_MAX = 256 };

struct reading {
    struct arena arena; /* of everything read */
    struct reading_step step[STEPS_MAX];
    size_t count;
    int rc; /* READER_END or an error */
};

/* Reads all of `bytes` with the format `name` ("auto": recognised), from a buffer of
 * exactly their size. A reader that does not come to an end within STEPS_MAX
 * records, or that rejects without a reason, fails the test. */
static inline void read_all(struct reading *r, const char *format,
                            const char *path, struct slice bytes)
{
    struct input *in = NULL;
    struct reader *reader = NULL;
    struct err err = {0};
    uint8_t *exact = malloc(bytes.len ? bytes.len : 1);
    if (bytes.len)
        memcpy(exact, bytes.data, bytes.len);
    *r = (struct reading){.rc = 0};
    arena_init(&r->arena, SIZE_MAX / 2);
    CHECK_OK(
        input_open_bytes(path, (struct slice){exact, bytes.len}, &in, &err),
        err);
    r->rc = reader_open(in, format, &reader, &r->step[0].reject, &err);
    if (r->rc == READER_REJECT) {
        r->step[r->count++].step = READER_REJECT;
        r->rc = READER_END;
    }
    while (reader) {
        CHECK_MSG(r->count < STEPS_MAX, "no end");
        struct reading_step *s = &r->step[r->count];
        memset(&s->reject, 0, sizeof s->reject);
        r->rc = s->step =
            reader_next(reader, &r->arena, &s->article, &s->reject, &err);
        if (r->rc != READER_ARTICLE && r->rc != READER_REJECT)
            break;
        if (r->rc == READER_REJECT)
            CHECK(s->reject.reason[0] != '\0');
        r->count++;
    }
    reader_close(reader);
    input_close(in);
    free(exact);
}

static inline void reading_release(struct reading *r)
{
    arena_reset(&r->arena);
}

/* The only record, which must be an article. */
static inline const struct article *only_article(const struct reading *r)
{
    CHECK_EQ(r->rc, READER_END);
    CHECK_MSG(r->count == 1 && r->step[0].step == READER_ARTICLE,
              "%zu records; %s", r->count, r->step[0].reject.reason);
    return &r->step[0].article;
}

static inline void check_reject(const struct reading *r, size_t i,
                                uint64_t record, uint64_t byte,
                                const char *says)
{
    CHECK(i < r->count);
    const struct reject *reject = &r->step[i].reject;
    CHECK_MSG(r->step[i].step == READER_REJECT, "record %zu is an article", i);
    CHECK_MSG(strstr(reject->reason, says), "record %zu: %s, want %s", i,
              reject->reason, says);
    CHECK_EQ(reject->record, record);
    CHECK_EQ(reject->byte, byte);
}

/* Appends one gzip member. */
static inline void gzip_into(struct bytes_out *out, struct slice bytes)
{
    z_stream z = {0};
    size_t room = bytes.len + bytes.len / 1000 + 100;
    uint8_t *space = malloc(room);
    CHECK_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes.data;
    z.avail_in = (uInt)bytes.len;
    z.next_out = space;
    z.avail_out = (uInt)room;
    CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    put_raw(out, space, z.total_out);
    deflateEnd(&z);
    free(space);
}

/* False, having said so, when the real corpora are not there. */
static inline bool corpora_exist(void)
{
    if (access(SHARED_CORPORA, R_OK) == 0)
        return true;
    print_message("skipped: no real corpora at %s\n", SHARED_CORPORA);
    return false;
}

#endif
