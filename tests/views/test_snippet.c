#include "views/snippet.h"

#include "../query/one_article.h"
#include "base/strbuf.h"
#include "check.h"

/* The text with [brackets] around the marks and ... where it was cut. */
static void show(const struct snippet *snippet, struct strbuf *out)
{
    strbuf_reset(out);
    if (snippet->cut_before)
        strbuf_add_text(out, "...");
    size_t mark = 0;
    for (uint32_t at = 0; at <= snippet->text.len; at++) {
        if (mark < snippet->mark_count && snippet->mark[mark].end == at) {
            strbuf_add_char(out, ']');
            mark++;
        }
        if (mark < snippet->mark_count && snippet->mark[mark].start == at)
            strbuf_add_char(out, '[');
        if (at < snippet->text.len)
            strbuf_add_char(out, (char)snippet->text.data[at]);
    }
    if (snippet->cut_after)
        strbuf_add_text(out, "...");
}

static void make(const char *title, const char *body, const char *text,
                 uint32_t width, struct strbuf *out)
{
    struct one_article one;
    struct arena arena;
    struct err err = {0};
    struct query query;
    struct snippet snippet;
    arena_init(&arena, SIZE_MAX);
    CHECK_EQ(one_article_init(&one, "en", title, body), ERR_OK);
    CHECK_OK(one_article_query(&one, text, &arena, &query, &err), err);
    CHECK_OK(snippet_make(&query, &one.article, &one.analysis, width, &arena,
                          &snippet, &err),
             err);
    show(&snippet, out);
    arena_reset(&arena);
    one_article_release(&one);
}

TEST(the_snippet_shows_where_the_words_stand_close_together)
{
    static const struct {
        const char *what, *title, *body, *query;
        uint32_t width;
        const char *shown;
    } rows[] = {
        {"all of a short text", "T", "Oil prices fell.", "\"oil prices\"", 80,
         "[Oil] [prices] fell."},
        {"white space is one blank", "T", "Oil\n   prices\n\nfell.",
         "\"prices fell\"", 80, "Oil [prices] [fell]."},
        {"cut between words on both sides", "T",
         "one two three four five six seven eight nine ten", "six", 20,
         "...five [six] seven eight..."},
        {"it begins with its sentence, when that is near", "T",
         "One came first. The other one spoke of grain in May.", "grain", 40,
         "...The other one spoke of [grain] in May."},
        {"the densest place wins over the first", "T",
         "draft and nothing else for a long while and still nothing more; then "
         "Istanbul had a draft in 2022 at last",
         "Istanbul draft 2022", 40,
         "...[Istanbul] had a [draft] in [2022] at last"},
        {"inflections are marked as written", "T", "Drafts were drafted.",
         "draft", 80, "[Drafts] were [drafted]."},
        {"a negated word is never marked", "T", "oil and gas", "oil NOT wheat",
         80, "[oil] and gas"},
        {"the words between are not", "T", "oil or gas prices",
         "oil NEAR/2 prices", 80, "[oil] or gas [prices]"},
        {"an operand that does not match has no hits", "T", "oil and gas",
         "oil OR (gas wheat)", 80, "[oil] and gas"},
        {"a hit in the title alone shows the title", "Oil prices", "They fell.",
         "oil", 80, "[Oil] prices"},
        {"filters show the opening", "T", "They fell.", "date:none", 80,
         "They fell."},
        {"a hyphenated word is one mark", "T", "a C-130 flew", "C130", 80,
         "a [C-130] flew"},
        {"whole characters of any script", "T",
         "\xd1\x82\xd0\xb0\xd0\xbc \xd0\xb1\xd1\x8b\xd0\xbb "
         "\xd0\x9b\xd0\xb0\xd0\xb2\xd1\x80\xd0\xbe\xd0\xb2 "
         "\xd0\xb8 \xd0\xb2\xd1\x81\xd0\xb5",
         "\xd0\xbb\xd0\xb0\xd0\xb2\xd1\x80\xd0\xbe\xd0\xb2", 24,
         "...[\xd0\x9b\xd0\xb0\xd0\xb2\xd1\x80\xd0\xbe\xd0\xb2] "
         "\xd0\xb8..."},
    };
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(rows[i].title, rows[i].body, rows[i].query, rows[i].width, &got);
        CHECK_MSG(strcmp(got.data, rows[i].shown) == 0,
                  "%s:\n got  %s\n want %s", rows[i].what, got.data,
                  rows[i].shown);
    }
    strbuf_release(&got);
}

TEST(any_width_gives_a_piece_of_the_text)
{
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    for (uint32_t width = 0; width < 120; width++) {
        make("Title",
             "Oil prices fell in Istanbul; the draft was never signed.",
             "prices draft", width, &got);
        CHECK(strstr(got.data, "[prices]") || strstr(got.data, "[draft]"));
    }
    strbuf_release(&got);
}

RUN(T(the_snippet_shows_where_the_words_stand_close_together),
    T(any_width_gives_a_piece_of_the_text))
