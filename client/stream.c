#include "client/stream.h"

#include "base/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum {
    HTTP_OK = 200,
    /* Of lines that are passed on only so much is looked at: a head may be longer,
     * an end is not. */
    LOOKED_AT_BYTES = 64 << 10,
};

static void fail(struct stream *s, const char *sentence)
{
    if (!s->failed)
        err_set(&s->why, ERR_INVALID, "%s", sentence);
    s->failed = true;
}

/* --- writing --- */

static bool put(struct stream *s, struct slice bytes)
{
    struct output *to = s->to;
    if (!to->file && !(to->file = fopen(to->path, "we"))) {
        s->failed = true;
        err_set(&s->why, ERR_IO, "cannot write %s: %s", to->path,
                strerror(errno));
    } else if (fwrite(bytes.data, 1, bytes.len, to->file) != bytes.len ||
               fflush(to->file) != 0) {
        if (errno != EPIPE && !s->failed)
            err_set(&s->why, ERR_IO, "cannot write: %s", strerror(errno));
        s->failed = true;
    }
    return !s->failed;
}

/* --- lines --- */

static void take_head(struct stream *s, struct shape *shape, const json_t *line)
{
    s->has_head = true;
    s->generation = must_u64(shape, line, "generation");
    print_notes(&s->notes, shape, line, &s->session->look);
}

static void take_end(struct stream *s, struct shape *shape, const json_t *line)
{
    s->has_end = true;
    s->lines = must_u64(shape, line, "lines");
    s->took_us = reply_u64(shape, line, "took_us");
}

static void take_error(struct stream *s, const json_t *line)
{
    struct shape shape = {0};
    struct strbuf text;
    strbuf_init(&text, sizeof s->why.text);
    reply_print_error(&text, &shape, line, HTTP_OK, NULL, 0);
    struct slice sentence = slice_trim(strbuf_slice(&text));
    if (slice_starts_with(sentence, SLICE("dateline: ")))
        sentence = slice_part(sentence, sizeof "dateline: " - 1, sentence.len);
    if (!s->failed)
        err_set(&s->why, ERR_IO, "%.*s", SLICE_ARG(sentence));
    s->failed = true;
    strbuf_release(&text);
}

static void take_json(struct stream *s, struct strbuf *out, const json_t *line)
{
    struct shape shape = {0};
    if (s->has_end)
        shape_is_wrong(&shape, "the answer", "goes on behind its end");
    else if (reply_has(line, "error"))
        take_error(s, line);
    else if (json_is_true(json_object_get(line, "done")))
        take_end(s, &shape, line);
    else if (s->form == STREAM_PRINTED && !s->has_head)
        take_head(s, &shape, line);
    else if (s->form == STREAM_PRINTED)
        s->print(out, &shape, line, s->context);
    if (shape.wrong && !s->failed) {
        err_set(&s->why, ERR_INVALID,
                "the daemon's answer is not as expected: line %zu: %s",
                s->number, shape.text);
        s->failed = true;
    }
}

static void take_line(struct stream *s, struct strbuf *out)
{
    struct err err = {0};
    if (s->line.failed) {
        fail(s, "no memory for a line of the answer");
        return;
    }
    json_t *line = reply_parse(strbuf_slice(&s->line), &err);
    if (line) {
        take_json(s, out, line);
    } else if (s->form == STREAM_PRINTED) {
        err_wrap(&err, ERR_INVALID, "line %zu", s->number);
        fail(s, err.text);
    }
    json_decref(line);
}

/* Lines to print: each when it is whole. */
static bool hear_printed(struct stream *s, struct slice bytes)
{
    struct strbuf out;
    strbuf_init(&out, LIMIT_REPLY_BYTES);
    while (bytes.len && !s->failed) {
        const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
        strbuf_add(&s->line, bytes.data, len);
        if (end) {
            take_line(s, &out);
            strbuf_reset(&s->line);
            s->number++;
        }
        bytes = slice_part(bytes, end ? len + 1 : len, bytes.len);
    }
    if (out.failed)
        fail(s, "no memory to print the answer");
    put(s, strbuf_slice(&out));
    strbuf_release(&out);
    return !s->failed;
}

/* Lines to pass on: the last one is kept, for its end or error. */
static bool hear_lines(struct stream *s, struct slice bytes)
{
    if (!put(s, bytes))
        return false;
    while (bytes.len) {
        const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
        size_t room = s->line.limit - s->line.len;
        if (s->line_is_whole) {
            strbuf_reset(&s->line);
            s->line_is_whole = false;
            continue;
        }
        strbuf_add(&s->line, bytes.data, len < room ? len : room);
        s->line_is_whole = end != NULL;
        s->number += end != NULL;
        bytes = slice_part(bytes, end ? len + 1 : len, bytes.len);
    }
    return true;
}

static bool hear(void *context, struct slice bytes)
{
    struct stream *s = context;
    s->bytes += bytes.len;
    if (s->form == STREAM_PRINTED)
        return hear_printed(s, bytes);
    if (s->form == STREAM_LINES)
        return hear_lines(s, bytes);
    for (size_t i = 0; i < bytes.len; i++)
        s->lines += bytes.data[i] == '\n';
    return put(s, bytes);
}

/* --- the whole --- */

static void say_what_came(const struct stream *s)
{
    uint64_t lines =
        s->form == STREAM_BYTES ? s->lines : (uint64_t)s->number - 1;
    if (s->bytes && s->form != STREAM_PRINTED)
        fprintf(stderr,
                "  what was written is not whole: %" PRIu64 " line%s, %" PRIu64
                " bytes\n",
                lines, lines == 1 ? "" : "s", s->bytes);
}

/* HTTP says it is whole: is it? */
static void finish(struct stream *s)
{
    struct strbuf out;
    strbuf_init(&out, LIMIT_REPLY_BYTES);
    if (s->form != STREAM_BYTES) {
        /* The last line may lack its line end. */
        if (s->form == STREAM_LINES ? s->number > 1 || s->line.len
                                    : s->line.len > 0)
            take_line(s, &out);
        if (!s->has_end)
            fail(s, "the answer was cut off: its last line is missing");
    }
    if (!s->failed)
        put(s, strbuf_slice(&out));
    strbuf_release(&out);
}

static enum exit_status stopped(struct stream *s)
{
    if (s->why.code == 0) { /* nobody reads it */
        s->session->lost = true;
        return s->bytes ? EXIT_HITS : EXIT_TROUBLE;
    }
    complain("%s", s->why.text);
    say_what_came(s);
    return EXIT_TROUBLE;
}

enum exit_status stream_run(struct stream *s, const struct request *request)
{
    static const struct view refusal = {0};
    struct fetched fetched;
    int rc;
    s->number = 1;
    strbuf_init(&s->notes, LIMIT_REPLY_BYTES);
    strbuf_init(&s->line, s->form == STREAM_PRINTED ? LIMIT_REPLY_BYTES
                                                    : LOOKED_AT_BYTES);
    const struct listener listener = {hear, s,
                                      s->to->file ? fileno(s->to->file) : -1};
    enum exit_status status = EXIT_TROUBLE;
    bool came = session_fetch(s->session, request, &listener, &fetched, &rc);
    if (came && fetched.answer.status != HTTP_OK) {
        status = session_show(s->session, &fetched, &refusal);
    } else if (came) {
        finish(s);
        status = s->failed               ? stopped(s)
                 : s->lines > s->heading ? EXIT_HITS
                                         : EXIT_NONE;
    } else if (rc == ERR_CANCELLED) {
        status = stopped(s);
    } else {
        say_what_came(s);
    }
    fetched_release(&fetched);
    return status;
}

void stream_release(struct stream *s)
{
    strbuf_release(&s->notes);
    strbuf_release(&s->line);
}
