/* parse_helpers.h - what the tests of the query language share. */
#ifndef TESTS_QUERY_PARSE_HELPERS_H
#define TESTS_QUERY_PARSE_HELPERS_H

#include "base/err.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "check.h"
#include "query/parse.h"

/* The query as understood, or "ERROR at: sentence", in `arena`. */
static inline const char *understood(const char *query, struct arena *arena)
{
    struct parsed parsed;
    struct err err = {0};
    if (query_parse(slice_of(query), arena, &parsed, &err) != ERR_OK)
        return arena_printf(arena, "%d: %s", err.at, err.text);
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    ast_print(parsed.root, &text);
    char *copy = arena_printf(arena, "%s", text.data);
    strbuf_release(&text);
    return copy;
}

/* Parses what was printed again, and wants the same tree. */
static inline void check_round_trip(const struct ast *ast, struct arena *arena)
{
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    ast_print(ast, &text);
    CHECK(!text.failed);
    struct parsed again;
    struct err err = {0};
    int rc = query_parse(strbuf_slice(&text), arena, &again, &err);
    CHECK_MSG(rc == ERR_OK, "%s: %d: %s", text.data, err.at, err.text);
    CHECK_MSG(ast_equal(ast, again.root), "%s", text.data);
    strbuf_release(&text);
}

#endif
