/* Articles in, tokens out, with or without threads; and the languages guessed. */
#include "indexer/analysts.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

#define RUSSIAN                                                                                                                           \
    "Правительство сообщило во вторник, что направит дополнительные войска " \
    "на границу, где ночью начались бои. Об этом говорится в заявлении."

static const struct {
    const char *lang;
    bool guessed; /* by an earlier run */
    const char *body;
    const char *want;
    bool want_guessed;
    const char *stem; /* of the first word */
} rows[] = {
    {"", false, RUSSIAN, "ru", true, "правительств"},
    {"de", false, RUSSIAN, "de", false, "правительство"},
    {"en-gb", false, "Drafts", "en-gb", false, "draft"},
    {"", false, "Drafts", "", false, ""},
    /* rebuilt: guessed again */
    {"de", true, RUSSIAN, "ru", true, "правительств"},
    {"de", true, "Drafts", "", false, ""},
};

TEST(languages_are_guessed_where_none_is_given)
{
    for (unsigned threads = 0; threads < 3; threads++) {
        enum { COUNT = sizeof rows / sizeof *rows };
        struct analysts *analysts;
        struct item item[COUNT] = {0};
        struct err err;
        CHECK_OK(analysts_start(threads, true, NULL, &analysts, &err), err);
        for (size_t i = 0; i < COUNT; i++) {
            arena_init(&item[i].arena, 1 << 24);
            item[i].article.lang = slice_of(rows[i].lang);
            item[i].article.lang_guessed = rows[i].guessed;
            item[i].article.text[PART_BODY] = slice_of(rows[i].body);
            analysts_submit(analysts, &item[i]);
        }
        for (size_t i = 0; i < COUNT; i++) {
            analysts_wait(analysts, &item[i]);
            CHECK_EQ(item[i].rc, 0);
            CHECK_SLICE(item[i].article.lang, slice_of(rows[i].want));
            CHECK_EQ(item[i].article.lang_guessed, rows[i].want_guessed);
            CHECK_SLICE(item[i].analysis.tokens.token[0].stem,
                        slice_of(rows[i].stem));
            arena_reset(&item[i].arena);
        }
        analysts_stop(analysts);
    }
    analysts_stop(NULL);
}

/* Items are handed over some at a time: none is left behind, in whatever order they are
 * awaited, or not at all. */
TEST(all_that_is_submitted_gets_done)
{
    enum { MOST = 40 };
    for (unsigned threads = 0; threads < 4; threads++)
        for (size_t count = 0; count <= MOST; count++) {
            struct analysts *analysts;
            struct item item[MOST] = {0};
            struct err err;
            CHECK_OK(analysts_start(threads, false, NULL, &analysts, &err),
                     err);
            for (size_t i = 0; i < count; i++) {
                arena_init(&item[i].arena, 1 << 24);
                item[i].article.lang = SLICE("en");
                item[i].article.text[PART_BODY] = SLICE("Three short words");
                analysts_submit(analysts, &item[i]);
                if (i % 13 == 7)
                    analysts_wait(analysts, &item[i - i % 5]);
            }
            for (size_t i = 1; i <= count / 2; i++)
                analysts_wait(analysts, &item[count - i]);
            analysts_stop(analysts);
            for (size_t i = 0; i < count; i++) {
                CHECK(item[i].done);
                CHECK_EQ(item[i].analysis.word_count, 3);
                arena_reset(&item[i].arena);
            }
        }
}

/* Threads that give no stems pack the words. */
TEST(packed_words_are_those_of_the_tokens)
{
    enum { COUNT = 100 };
    static const char *const texts[] = {"Three short WORDS", "",
                                        "More short words", RUSSIAN};
    for (unsigned threads = 0; threads < 3; threads++) {
        struct analysts *analysts;
        static struct item item[COUNT];
        struct err err;
        memset(item, 0, sizeof item);
        CHECK_OK(analysts_start(threads, false, NULL, &analysts, &err), err);
        for (size_t i = 0; i < COUNT; i++) {
            arena_init(&item[i].arena, 1 << 24);
            item[i].article.text[PART_TITLE] = SLICE("Title");
            item[i].article.text[PART_BODY] = slice_of(texts[i % 4]);
            analysts_submit(analysts, &item[i]);
        }
        analysts_wait(analysts, &item[COUNT - 1]);
        for (size_t i = 0; i < COUNT; i++) {
            const struct analysis *got = &item[i].analysis;
            struct analysis want;
            struct arena arena;
            char digest[DIGEST_TEXT_SIZE];
            arena_init(&arena, 1 << 24);
            analysts_wait(analysts, &item[i]);
            CHECK_EQ(item[i].rc, 0);
            CHECK_EQ(analyse_article(&item[i].article, NULL, &arena, &want), 0);
            CHECK_EQ(got->group != NULL, threads > 0);
            CHECK_EQ(got->sentences.count, want.sentences.count);
            CHECK_EQ(got->sentences.at[0], want.sentences.at[0]);
            CHECK_EQ(got->word_count, want.word_count);
            CHECK_EQ(threads ? got->words.tokens : got->tokens.count,
                     want.tokens.count);
            article_digest(&item[i].article, digest);
            if (threads) {
                CHECK_SLICE(slice_of(got->digest), slice_of(digest));
                CHECK_SLICE(
                    word_group_text(got->group, got->words.at[0] & PACKED_FORM),
                    want.tokens.token[0].form);
            }
            arena_reset(&arena);
        }
        analysts_stop(analysts);
        for (size_t i = 0; i < COUNT; i++)
            arena_reset(&item[i].arena);
    }
}

/* Without memory for the guesser, nothing is guessed; for anything else, no start. */
TEST(every_allocation_may_fail)
{
    bool started = false;
    for (long n = 0; !started; n++) {
        struct analysts *analysts;
        struct err err;
        mem_fail_after(n);
        int rc = analysts_start(0, true, NULL, &analysts, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        if (rc)
            continue;
        started = true;
        struct item item = {.article.text[PART_BODY] = slice_of(RUSSIAN)};
        arena_init(&item.arena, 1 << 24);
        analysts_submit(analysts, &item);
        analysts_wait(analysts, &item);
        CHECK_EQ(item.rc, 0);
        arena_reset(&item.arena);
        analysts_stop(analysts);
    }
}

RUN(T(languages_are_guessed_where_none_is_given),
    T(all_that_is_submitted_gets_done), T(packed_words_are_those_of_the_tokens),
    T(every_allocation_may_fail))
