/* Any bytes as a stored article: refused, or one that is stored as the same again. */
#include "doc/article.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct article article, again;
    struct bytes_out once = {0}, twice = {0};
    struct err err = {0};
    char digest[2][DIGEST_TEXT_SIZE];
    arena_init(&arena, 64 << 20);
    int rc = article_from_payload((struct slice){data, size}, &arena, &article,
                                  &err);
    demand(rc == ERR_OK || err.text[0], "an error without a sentence");
    if (rc == ERR_OK && article_payload(&article, &once, &err) == ERR_OK) {
        struct slice bytes = {once.data, once.len};
        demand(article_from_payload(bytes, &arena, &again, &err) == ERR_OK,
               err.text);
        demand(article_payload(&again, &twice, &err) == ERR_OK, err.text);
        demand(slice_eq(bytes, (struct slice){twice.data, twice.len}),
               "another payload of the same article");
        article_digest(&article, digest[0]);
        article_digest(&again, digest[1]);
        demand(memcmp(digest[0], digest[1], DIGEST_TEXT_SIZE) == 0,
               "another text");
    }
    bytes_out_release(&once);
    bytes_out_release(&twice);
    arena_reset(&arena);
    return 0;
}
