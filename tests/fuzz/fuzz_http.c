/* Bytes from any client: whole, in pieces, with pauses; and their targets. */
#include "wire/http.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feeder {
    struct http_parser *parser;
    bool pause;
};

static void on_message(void *context, const struct http_message *message)
{
    struct feeder *feeder = context;
    struct arena arena;
    struct http_target target;
    arena_init(&arena, 1 << 20);
    (void)http_target_parse(message->target, &arena, &target, NULL);
    arena_reset(&arena);
    if (feeder->pause)
        http_parser_pause(feeder->parser);
}

static void feed(const uint8_t *data, size_t size, enum http_kind kind,
                 size_t piece, bool pause)
{
    struct feeder feeder = {.pause = pause};
    feeder.parser = http_parser_new(kind, 4096, on_message, &feeder);
    if (!feeder.parser)
        return;
    int rc = ERR_OK;
    for (size_t at = 0; at < size && rc == 0; at += piece) {
        size_t len = size - at < piece ? size - at : piece;
        rc = http_parser_feed(feeder.parser, (struct slice){data + at, len},
                              NULL);
        while (rc == 0 && http_parser_paused(feeder.parser))
            rc = http_parser_resume(feeder.parser, NULL);
    }
    if (rc == 0)
        (void)http_parser_finish(feeder.parser, NULL);
    http_parser_free(feeder.parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    feed(data, size, HTTP_REQUESTS, size + 1, false);
    feed(data, size, HTTP_REQUESTS, 1, true);
    feed(data, size, HTTP_RESPONSES, 7, false);
    return 0;
}
