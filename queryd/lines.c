#include "queryd/lines.h"

#include "base/cancel.h"
#include "base/limits.h"
#include "queryd/stream.h"

static void write_head(struct lines *lines)
{
    struct json_out j;
    json_out_begin(&j, &lines->head);
    json_out_object(&j);
    question_write_stream_head(lines->question, &j);
    question_write_notes(lines->question, &j);
    json_out_end(&j);
    strbuf_add_char(&lines->head, '\n');
}

void lines_init(struct lines *lines, struct question *question, bool json)
{
    *lines = (struct lines){.question = question, .json = json};
    strbuf_init(&lines->text, LIMIT_REPLY_BYTES);
    strbuf_init(&lines->head, LIMIT_REPLY_BYTES);
    if (json) {
        question->request->type = json_lines_type;
        write_head(lines);
    }
}

void lines_release(struct lines *lines)
{
    strbuf_release(&lines->text);
    strbuf_release(&lines->head);
}

static int send_text(struct lines *lines, struct strbuf *text)
{
    struct request *request = lines->question->request;
    if (text->failed)
        return err_set(&request->err, ERR_LIMIT,
                       "a line is longer than %d bytes", LIMIT_REPLY_BYTES);
    int rc = stream_write(request->stream, strbuf_slice(text));
    strbuf_reset(text);
    return rc;
}

int lines_send(struct lines *lines)
{
    int rc = lines->head.len ? send_text(lines, &lines->head) : ERR_OK;
    if (rc == 0)
        rc = send_text(lines, &lines->text);
    if (rc)
        return rc;
    lines->sent++;
    return lines->sent == lines->most ? LINES_ENOUGH : ERR_OK;
}

static void write_tail(struct lines *lines)
{
    struct json_out j;
    json_out_begin(&j, &lines->text);
    json_out_object(&j);
    json_out_key(&j, "done");
    json_out_bool(&j, true);
    json_out_key(&j, "lines");
    json_out_u64(&j, lines->sent);
    json_out_key(&j, "took_us");
    json_out_u64(&j, (clock_ns() - lines->question->started_ns) / 1000);
    json_out_end(&j);
    strbuf_add_char(&lines->text, '\n');
}

int lines_end(struct lines *lines)
{
    int rc = send_text(lines, &lines->head);
    if (rc == 0 && lines->json) {
        write_tail(lines);
        rc = send_text(lines, &lines->text);
    }
    return rc;
}
