/* The lines of the search-benchmark game, right and wrong. */
#include "check.h"

#include "base/err.h"
#include "base/strbuf.h"
#include "bench/game/protocol.h"

/* "TOP_10 phrase: a|b", or the error. */
static void shown(const char *line, struct strbuf *out)
{
    static const char *const commands[] = {"COUNT", "TOP_10", "TOP_100",
                                           "TOP_10_COUNT"};
    static const char *const forms[] = {"any", "all", "phrase"};
    struct game_question question;
    struct err err = {0};
    strbuf_reset(out);
    if (game_question_parse(slice_of(line), &question, &err)) {
        strbuf_add_text(out, err.text);
        return;
    }
    strbuf_addf(out, "%s %s: ", commands[question.command],
                forms[question.form]);
    for (size_t i = 0; i < question.count; i++)
        strbuf_addf(out, "%s%.*s", i ? "|" : "", SLICE_ARG(question.word[i]));
}

TEST(a_question_is_a_command_and_a_form)
{
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"COUNT\tthe", "COUNT any: the"},
        {"TOP_10\tthe bad  apples ", "TOP_10 any: the|bad|apples"},
        {"TOP_100\t+the +bad", "TOP_100 all: the|bad"},
        {"TOP_10_COUNT\t\"the bad\"", "TOP_10_COUNT phrase: the|bad"},
        {"COUNT\t\"the\"", "COUNT phrase: the"},
        {"COUNT\t+the", "COUNT all: the"},
        {"COUNT the", "no tab"},
        {"", "no tab"},
        {"\tthe", "unknown command ''"},
        {"TOP_1\tthe", "unknown command 'TOP_1'"},
        {"COUNT\t", "no words"},
        {"COUNT\t  ", "no words"},
        {"COUNT\t\"\"", "no words"},
        {"COUNT\t\"", "a quote that does not end the query"},
        {"COUNT\t\"a", "a quote that does not end the query"},
        {"COUNT\t\"a\" b", "a quote that does not end the query"},
        {"COUNT\t\"a\" \"b\"", "a quote that does not end the query"},
        {"COUNT\ta \"b\"", "a word that is none: '\"b\"'"},
        {"COUNT\t+a b", "a word without its +"},
        {"COUNT\ta +b", "a word that is none: '+b'"},
        {"COUNT\t+ +b", "a word that is none: ''"},
    };
    struct strbuf got;
    strbuf_init(&got, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shown(rows[i].line, &got);
        CHECK_TEXT(got.data, rows[i].want);
    }
    strbuf_release(&got);
}

TEST(commands_say_what_is_shown_and_counted)
{
    static const struct {
        enum game_command command;
        size_t top;
        bool counts;
    } rows[] = {{GAME_COUNT, 0, true},
                {GAME_TOP_10, 10, false},
                {GAME_TOP_100, 100, false},
                {GAME_TOP_10_COUNT, 10, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct game_question question = {.command = rows[i].command};
        CHECK_EQ(game_question_top(&question), rows[i].top);
        CHECK_EQ(game_question_counts(&question), rows[i].counts);
    }
}

TEST(there_is_room_for_so_many_words)
{
    char line[3 * GAME_WORDS_MAX + 20] = "COUNT\t";
    struct game_question question;
    struct err err = {0};
    for (size_t i = 0; i < GAME_WORDS_MAX; i++)
        strcat(line, "a ");
    CHECK_OK(game_question_parse(slice_of(line), &question, &err), err);
    CHECK_EQ(question.count, GAME_WORDS_MAX);
    strcat(line, "a");
    CHECK_EQ(game_question_parse(slice_of(line), &question, &err), ERR_INVALID);
}

TEST(an_article_is_an_id_and_a_text)
{
    struct game_article article;
    struct err err = {0};
    CHECK_OK(game_article_parse(SLICE("{\"id\":\"7\",\"text\":\"a b\"}"),
                                &article, &err),
             err);
    CHECK_SLICE(article.id, SLICE("7"));
    CHECK_SLICE(article.text, SLICE("a b"));
    CHECK_OK(game_article_parse(SLICE("{\"id\":\"\",\"text\":\"\"}"), &article,
                                &err),
             err);
    CHECK_EQ(article.text.len, 0);
}

TEST(what_is_no_article_is_refused)
{
    static const char *const rows[] = {
        "",
        "{}",
        "{\"id\":\"7\"",
        "{\"id\":\"7\",\"text\":\"a",
        "{\"id\":\"7\",\"text\":\"a\"",
        "{\"id\":\"7\",\"text\":\"a\"} ",
        "{\"id\":\"7\",\"text\":\"a\\\"\"}",
        "{\"id\":\"7\",\"text\":\"a\\n\"}",
        "{\"text\":\"a\",\"id\":\"7\"}",
        "{\"id\":7,\"text\":\"a\"}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct game_article article;
        struct err err = {0};
        CHECK_MSG(game_article_parse(slice_of(rows[i]), &article, &err) ==
                      ERR_INVALID,
                  "%s", rows[i]);
    }
}

RUN(T(a_question_is_a_command_and_a_form),
    T(commands_say_what_is_shown_and_counted),
    T(there_is_room_for_so_many_words), T(an_article_is_an_id_and_a_text),
    T(what_is_no_article_is_refused))
