#include "wire/http.h"

#include <stdio.h>
#include <string.h>

const char *http_reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } rows[] = {
        {100, "Continue"},
        {200, "OK"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {422, "Unprocessable Content"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Unknown";
}

void http_write_response_with(struct strbuf *out, unsigned status,
                              const char *type, const char *lines,
                              bool keep_alive, struct slice body)
{
    strbuf_addf(out,
                "HTTP/1.1 %u %s\r\n"
                "Content-Type: %s\r\n"
                "Content-Length: %zu\r\n"
                "%s%s\r\n",
                status, http_reason(status), type, body.len, lines,
                keep_alive ? "" : "Connection: close\r\n");
    strbuf_add_slice(out, body);
}

void http_write_response(struct strbuf *out, unsigned status, const char *type,
                         bool keep_alive, struct slice body)
{
    http_write_response_with(out, status, type, "", keep_alive, body);
}

void http_write_stream_head(struct strbuf *out, unsigned status,
                            const char *type, bool chunked, bool keep_alive)
{
    strbuf_addf(out,
                "HTTP/1.1 %u %s\r\n"
                "Content-Type: %s\r\n"
                "%s%s\r\n",
                status, http_reason(status), type,
                chunked ? "Transfer-Encoding: chunked\r\n" : "",
                chunked && keep_alive ? "" : "Connection: close\r\n");
}

void http_write_chunk(struct strbuf *out, struct slice bytes)
{
    if (bytes.len == 0)
        return;
    strbuf_addf(out, "%zx\r\n", bytes.len);
    strbuf_add_slice(out, bytes);
    strbuf_add_text(out, "\r\n");
}

void http_write_last_chunk(struct strbuf *out)
{
    strbuf_add_text(out, "0\r\n\r\n");
}

void http_write_request(struct strbuf *out, const char *method,
                        const char *target, struct slice body)
{
    strbuf_addf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\n",
                body.len ? "POST" : method, target);
    if (body.len)
        strbuf_addf(out,
                    "Content-Type: application/json\r\n"
                    "Content-Length: %zu\r\n",
                    body.len);
    else if (strcmp(method, "POST") == 0)
        strbuf_add_text(out, "Content-Length: 0\r\n");
    strbuf_add_text(out, "\r\n");
    strbuf_add_slice(out, body);
}
