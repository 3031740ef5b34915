#include "client/request.h"

#include "base/json_out.h"
#include "wire/http.h"

#include <assert.h>

static void add(struct request *request, struct request_param param)
{
    assert(request->count < REQUEST_PARAMS_MAX);
    request->param[request->count++] = param;
}

void request_text(struct request *request, const char *name, const char *text)
{
    add(request, (struct request_param){name, text, 0});
}

void request_number(struct request *request, const char *name, long number)
{
    add(request, (struct request_param){name, NULL, number});
}

static void write_target(const struct request *request, struct strbuf *out)
{
    strbuf_add_text(out, request->path);
    for (size_t i = 0; i < request->count; i++) {
        const struct request_param *param = &request->param[i];
        strbuf_addf(out, "%c%s=", i ? '&' : '?', param->name);
        if (param->text)
            http_encode(out, slice_of(param->text));
        else
            strbuf_addf(out, "%ld", param->number);
    }
}

static void write_body(const struct request *request, struct strbuf *out)
{
    struct json_out j;
    json_out_begin(&j, out);
    json_out_object(&j);
    for (size_t i = 0; i < request->count; i++) {
        const struct request_param *param = &request->param[i];
        json_out_key(&j, param->name);
        if (param->text)
            json_out_text(&j, param->text);
        else
            json_out_i64(&j, param->number);
    }
    json_out_end(&j);
}

void request_write(const struct request *request, struct strbuf *out)
{
    struct strbuf target, body;
    strbuf_init(&target, REQUEST_GET_MAX);
    strbuf_init(&body, out->limit);
    write_target(request, &target);
    if (target.failed && request->count > 0) {
        write_body(request, &body);
        http_write_request(out, "POST", request->path, strbuf_slice(&body));
        out->failed |= body.failed;
    } else {
        http_write_request(out, "GET", target.data, (struct slice){0});
        out->failed |= target.failed;
    }
    strbuf_release(&body);
    strbuf_release(&target);
}
