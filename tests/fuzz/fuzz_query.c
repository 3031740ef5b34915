/* Anything typed as a query: it is refused with a position and a sentence, or its
 * tree prints as a query with the same tree. The first byte says how it is read. */
#include "query/parse.h"

#include "base/err.h"
#include "base/limits.h"
#include "query/relax.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool ok, const char *what, struct slice text)
{
    if (ok)
        return;
    fprintf(stderr, "%s: ", what);
    fwrite(text.data, 1, text.len, stderr);
    fputc('\n', stderr);
    abort();
}

static void check_again(const struct ast *ast, struct arena *arena)
{
    struct strbuf text;
    struct parsed again;
    struct err err = {0};
    strbuf_init(&text, 1 << 20);
    ast_print(ast, &text);
    struct slice printed = strbuf_slice(&text);
    if (!text.failed && printed.len <= LIMIT_QUERY_BYTES) {
        int rc = query_parse(printed, arena, &again, &err);
        demand(rc == ERR_OK, err.text, printed);
        demand(ast_equal(ast, again.root), "another tree", printed);
    }
    strbuf_release(&text);
}

static uint64_t one(void *context, const struct ast *word)
{
    (void)context, (void)word;
    return 1;
}

static void check_parsed(const struct parsed *parsed, struct arena *arena)
{
    struct relaxation *list;
    check_again(parsed->root, arena);
    if (relax_candidates(parsed->root, arena, one, NULL, &list) != ERR_OK)
        return;
    for (; list; list = list->next)
        demand(!ast_equal(list->ast, parsed->root), list->what,
               (struct slice){0});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice text = {data + 1, size - 1};
    struct arena arena;
    struct parsed parsed;
    struct err err = {0};
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = data[0] == 'A'   ? query_parse_any(text, &arena, &parsed, &err)
             : data[0] == 'P' ? query_parse_phrase(text, &arena, &parsed, &err)
                              : query_parse(text, &arena, &parsed, &err);
    if (rc == ERR_OK) {
        check_parsed(&parsed, &arena);
    } else {
        demand(err.text[0] != '\0', "no sentence", text);
        demand(err.at >= 0 && (size_t)err.at <= text.len, err.text, text);
    }
    arena_reset(&arena);
    return 0;
}
