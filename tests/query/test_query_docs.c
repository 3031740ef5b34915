/* The examples of docs/query.md. */
#include "parse_helpers.h"
#include "query/oracle.h"

struct example {
    struct arena arena;
    struct stemmers *stemmers;
    struct parsed parsed;
    struct err err;
    int rc; /* of the parser */
    char query[400];
    unsigned lines, queries;
};

/* Where a paragraph ends: in the page, and in an article. */
#define PARAGRAPH " \u00b6 "
#define BLANK_LINE "\n\n"

/* The text with its hits in braces; positions become bytes. */
static void mark(const struct article *article, const struct analysis *analysis,
                 const struct hit_list *hits, struct strbuf *out)
{
    strbuf_reset(out);
    for (int part = PART_TITLE; part < PART_COUNT; part++) {
        struct slice text = article->text[part];
        if (part > PART_TITLE && text.len && out->len)
            strbuf_add_text(out, " // ");
        for (size_t at = 0; at <= text.len; at++) {
            bool opens = false, closes = false;
            for (size_t h = 0; h < hits->count; h++)
                for (size_t i = 0; i < analysis->tokens.count; i++) {
                    const struct token *t = &analysis->tokens.token[i];
                    if (t->part != part || t->joined)
                        continue;
                    opens |= t->position == hits->hit[h].span.start &&
                             t->start == at;
                    closes |= t->position + 1 == hits->hit[h].span.end &&
                              t->end == at;
                }
            if (closes)
                strbuf_add_char(out, '}');
            if (opens)
                strbuf_add_char(out, '{');
            struct slice rest = slice_part(text, at, text.len);
            if (slice_starts_with(rest, SLICE(BLANK_LINE))) {
                strbuf_add_text(out, PARAGRAPH);
                at++;
            } else if (at < text.len) {
                strbuf_add_char(out, (char)text.data[at]);
            }
        }
    }
}

/* `line` is "headline // text" or a text, with braces and paragraphs. */
static void check_article(struct example *e, const char *line, bool finds)
{
    char plain[400];
    size_t len = 0;
    for (const char *at = line; *at && len + 2 < sizeof plain; at++)
        if (strncmp(at, PARAGRAPH, strlen(PARAGRAPH)) == 0) {
            len += (size_t)sprintf(plain + len, "%s", BLANK_LINE);
            at += strlen(PARAGRAPH) - 1;
        } else if (*at != '{' && *at != '}') {
            plain[len++] = *at;
        }
    plain[len] = '\0';
    struct article article = {.lang = SLICE("en")};
    char *body = strstr(plain, " // ");
    if (body) {
        *body = '\0';
        article.text[PART_TITLE] = slice_of(plain);
        article.text[PART_BODY] = slice_of(body + strlen(" // "));
    } else {
        article.text[PART_BODY] = slice_of(plain);
    }

    struct analysis analysis;
    const struct query query = {.ast = e->parsed.root};
    bool matches;
    struct hit_list hits;
    CHECK_OK(e->rc, e->err);
    CHECK_EQ(analyse_article(&article, e->stemmers, &e->arena, &analysis),
             ERR_OK);
    CHECK_OK(oracle_match(&query, &article, &analysis, e->stemmers, &e->arena,
                          &matches, &hits, &e->err),
             e->err);
    CHECK_MSG(matches == finds, "%s in '%s'", e->query, line);
    if (!finds)
        return;
    struct strbuf marked;
    strbuf_init(&marked, 1 << 16);
    mark(&article, &analysis, &hits, &marked);
    CHECK_TEXT(marked.data, line);
    strbuf_release(&marked);
}

static void check_note(const struct example *e, const char *code)
{
    CHECK_OK(e->rc, e->err);
    const struct note *note = e->parsed.notes;
    while (note && strcmp(note->code, code) != 0)
        note = note->next;
    CHECK_MSG(note, "%s: no note %s", e->query, code);
}

static void check_line(struct example *e, const char *key, const char *value)
{
    e->lines++;
    if (strcmp(key, "query") == 0) {
        snprintf(e->query, sizeof e->query, "%s", value);
        arena_reset(&e->arena);
        e->queries++;
        e->rc = query_parse(slice_of(e->query), &e->arena, &e->parsed, &e->err);
        return;
    }
    CHECK_MSG(e->queries > 0, "%s before any query", key);
    if (strcmp(key, "reads") == 0)
        CHECK_TEXT(understood(e->query, &e->arena), value);
    else if (strcmp(key, "error") == 0) {
        CHECK_MSG(e->rc != ERR_OK, "%s is no error", e->query);
        CHECK_TEXT(arena_printf(&e->arena, "%d %s", e->err.at, e->err.text),
                   value);
    } else if (strcmp(key, "note") == 0)
        check_note(e, value);
    else if (strcmp(key, "finds") == 0 || strcmp(key, "skips") == 0)
        check_article(e, value, key[0] == 'f');
    else
        CHECK_MSG(false, "what is '%s'?", key);
}

TEST(every_example_of_the_page_is_true)
{
    FILE *page = fopen(PROJECT_DIR "/docs/query.md", "r");
    assert_non_null(page);
    struct example e = {.stemmers = stemmers_new()};
    arena_init(&e.arena, 1 << 26);
    char line[500];
    while (fgets(line, sizeof line, page)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "    ", 4) != 0)
            continue;
        char *key = line + 4, *end = key + strcspn(key, " ");
        char *value = end + strspn(end, " ");
        *end = '\0';
        check_line(&e, key, value);
    }
    fclose(page);
    CHECK(e.queries > 90);
    CHECK(e.lines > 2 * e.queries - 1); /* none says nothing */
    stemmers_free(e.stemmers);
    arena_reset(&e.arena);
}

RUN(T(every_example_of_the_page_is_true))
