/* What a word is, as docs/text.md says it: every example there is a row here. */
#include "text/tokenise.h"

#include "base/limits.h"
#include "base/mem.h"
#include "check.h"
#include "tokens_text.h"

struct row {
    const char *text, *tokens;
};

static void check_row(const char *text, size_t len, const char *want)
{
    struct arena arena;
    struct strbuf got;
    /* Exactly sized, so that a read past the end is seen. */
    uint8_t *bytes = malloc(len ? len : 1);
    CHECK(bytes);
    if (len)
        memcpy(bytes, text, len);
    arena_init(&arena, 1 << 26);
    strbuf_init(&got, 1 << 20);
    struct slice slice = {bytes, len};
    struct tokens tokens = tokens_of(slice, &arena);
    tokens_text(slice, &tokens, &got);
    CHECK_MSG(strcmp(got.data, want) == 0, "\"%s\": got \"%s\", want \"%s\"",
              text, got.data, want);
    strbuf_release(&got);
    arena_reset(&arena);
    free(bytes);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_row(rows[i].text, strlen(rows[i].text), rows[i].tokens);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof *rows)

TEST(a_word_is_a_run_of_letters_marks_and_digits)
{
    static const struct row rows[] = {
        {"", ""},
        {" \n\t", ""},
        {"...", ""},
        {"- ' -- '' ’", ""},
        {"Istanbul draft 2022", "istanbul draft 2022"},
        {"the war.", "the war"},
        {"\"the war,\" he said", "the war he said"},
        {"the 2022 Istanbul draft agreement",
         "the 2022 istanbul draft agreement"},
        {"B2B", "b2b"},
        {"user_name", "user name"},
        {"foo.bar", "foo bar"},
        {"e-mail@x.com", "e email/2 mail x com"},
        {"@name #tag", "name tag"},
        {"AT&T", "at t"},
        {"and/or", "and or"},
        {"a\xc2\xa0"
         "b",
         "a b"},
        {"draft—the second", "draft the second"},
        {"2014–2022", "2014 2022"},
        {"10−15", "10 15"},
        {"“quoted”", "quoted"},
        {"wait…what", "wait what"},
        {"naïve", "naive"},
        {"nai\u0308ve", "naive"},
        {"I\u00adstan\u00adbul", "istanbul"},
        {"zero\u200bwidth", "zero width"},
        {"\ufeffTitle", "title"},
        {"\u0301 a", "a"},
        {"\U0001f600 ok \u2764\ufe0f", "ok"},
        {"cat\U0001f600dog", "cat dog"},
        {"ｆｕｌｌ　ｗｉｄｔｈ２", "full width2"},
        {"ﬁnance", "finance"},
        {"Ⅳ", "iv"},
        {"m²", "m2"},
        {"2½", "2"},
        {"ﷺ", ""},
        {"می\u200cشود", "میشود"},
        {"السلام عليكم", "السلام عليكم"},
        {"مُحَمَّد", "مُحَمَّد"},
        {"सरकार ने कहा", "सरकार ने कहा"},
        {"대한민국의 수도", "대한민국의 수도"},
        {"Ｗałęsa Łódź Đoković Tromsø", "walesa lodz dokovic tromso"},
    };
    CHECK_ROWS(rows);
}

TEST(numbers_keep_their_points)
{
    static const struct row rows[] = {
        {"1,234.5", "1,234.5"},
        {"1,234.5,", "1,234.5"},
        {"1,234.", "1,234"},
        {"3.5%", "3.5"},
        {"$1.13bn", "1.13bn"},
        {"v2.0", "v2.0"},
        {"3.5.2", "3.5.2"},
        {"1..2", "1 2"},
        {"2.x", "2 x"},
        {"x.2", "x 2"},
        {"27.03.2022", "27.03.2022"},
        {"12:30", "12 30"},
        {"1/2", "1 2"},
        {"10-15", "10 1015/2 15"},
        {"2022-03-29", "2022 20220329/3 03 29"},
        {"-5", "5"},
        {"F-16s", "f f16s/2 16s"},
        {"１，２", "1 2"},
        {"３.５", "3.5"},
        {"٣.٥", "٣.٥"},
    };
    CHECK_ROWS(rows);
}

TEST(letters_with_dots_are_one_word)
{
    static const struct row rows[] = {
        {"U.S.", "us"},
        {"U.S", "us"},
        {"u.s.", "us"},
        {"the U.S. and the U.K.", "the us and the uk"},
        {"U.S.A.", "usa"},
        {"J.R.R. Tolkien", "jrr tolkien"},
        {"С.Ш.А.", "сша"},
        {"É.U.", "eu"},
        {"5 a.m.", "5 am"},
        {"e.g.", "eg"},
        {"U.S.-led", "us usled/2 led"},
        {"U.S.'s", "us"},
        {"U.S.’s", "us"},
        {"U.S's", "us"},
        {"J.Smith", "j smith"},
        {"U.S.Army", "us army"},
        {"U.S.A1", "us a1"},
        {"Ph.D.", "ph d"},
        {"Plan B.", "plan b"},
        {"B..C.", "b c"},
        {"x.com", "x com"},
        {"(U.N.)", "un"},
        {"中U.S.国", "中 us 国"},
    };
    CHECK_ROWS(rows);
}

TEST(apostrophes_and_hyphens_join)
{
    static const struct row rows[] = {
        {"Ukraine's", "ukraine"},
        {"Ukraine’s", "ukraine"},
        {"UKRAINE'S", "ukraine"},
        {"it's", "it"},
        {"1990's", "1990"},
        {"'90s", "90s"},
        {"troops'", "troops"},
        {"boss's", "boss"},
        {"'s", "s"},
        {"x-s", "x xs/2 s"},
        {"x'sa", "x xsa/2 sa"},
        {"s'est", "s sest/2 est"},
        {"x's's", "x"},
        {"Ukraine's-based", "ukraine ukrainebased/2 based"},
        {"China 's", "china s"},
        {"中国's", "中 国 s"},
        {"l'accord", "l laccord/2 accord"},
        {"l’accord", "l laccord/2 accord"},
        {"don't", "don dont/2 t"},
        {"O'Brien", "o obrien/2 brien"},
        {"O'Brien's", "o obrien/2 brien"},
        {"İstanbul'da", "istanbul istanbulda/2 da"},
        {"об'єкт", "об обєкт/2 єкт"},
        {"об’єкт", "об обєкт/2 єкт"},
        {"обʼєкт", "об обєкт/2 єкт"},
        {"Hawai'i", "hawai hawaii/2 i"},
        {"Hawaiʻi", "hawai hawaii/2 i"},
        {"ʿAli", "ali"},
        {"rock 'n' roll", "rock n roll"},
        {"rock'n'roll", "rock rocknroll/3 n roll"},
        {"'quoted'", "quoted"},
        {"C-130", "c c130/2 130"},
        {"COVID-19", "covid covid19/2 19"},
        {"AFL-CIO", "afl aflcio/2 cio"},
        {"AFL\u2010CIO", "afl aflcio/2 cio"},
        {"AFL\u2011CIO", "afl aflcio/2 cio"},
        {"תל־אביב", "תל תלאביב/2 אביב"},
        {"-led-", "led"},
        {"war--and", "war and"},
        {"war-'and", "war and"},
        {"pre- and post-war", "pre and post postwar/2 war"},
        {"Jean-Pierre's", "jean jeanpierre/2 pierre"},
        {"a-b-c-d-e-f-g-h", "a abcdefgh/8 b c d e f g h"},
        {"a-b-c-d-e-f-g-h-i", "a b c d e f g h i"},
        {"a-b-c-d-e-f-g-h's", "a abcdefgh/8 b c d e f g h"},
        {"a-b-c-d-e-f-g-h-i-j k-l", "a b c d e f g h i j k kl/2 l"},
        {"北京-上海", "北 京 上 海"},
        {"三-D-E", "三 d de/2 e"},
    };
    CHECK_ROWS(rows);
}

TEST(scripts_without_spaces_give_clusters)
{
    static const struct row rows[] = {
        {"北京2022年", "北 京 2022 年"},
        {"北京，2022。", "北 京 2022"},
        {"〇々", "〇 々"},
        {"東京タワー", "東 京 タ ワ ー"},
        {"ｶﾞｰ", "ガ ー"},
        {"か\u3099", "が"},
        {"㊀", "一"},
        {"豈", "豈"},
        {"NATO峰会", "nato 峰 会"},
        {"ไทย", "ไ ท ย"},
        {"ที่นี่", "ที่ นี่"},
        {"๒๕๖๕", "๒๕๖๕"},
        {"ລາວ", "ລ າ ວ"},
        {"ខ្មែរ", "ខ្ មែ រ"},
        {"မြန်မာ", "မြ န် မ ာ"},
        {"ㄅㄆㄇ", "ㄅㄆㄇ"},
    };
    CHECK_ROWS(rows);
}

TEST(ill_formed_bytes_separate)
{
    static const struct row rows[] = {
        {"a\xff"
         "b",
         "a b"},
        {"caf\xe9 x", "caf x"},
        {"caf\xc3", "caf"},
        {"\xe5\x8c", ""},
        {"北\xe4\xba京", "北 京"},
        {"a\xed\xa0\x80"
         "b",
         "a b"},
        {"a\xf0\x9f\x98"
         "-b",
         "a b"},
        {"x-\xc3", "x"},
        {"1.\xff", "1"},
        {"U.S.\xff", "us"},
    };
    CHECK_ROWS(rows);
    check_row("a\0b", 3, "a b");
}

TEST(capitals_are_noticed)
{
    static const struct {
        const char *text;
        bool caps[3]; /* in the order of tokens */
    } rows[] = {
        {"US", {true}},
        {"us", {false}},
        {"Us", {false}},
        {"I", {false}},
        {"WHO", {true}},
        {"G20", {false}},
        {"GBU39", {true}},
        {"U.S.", {true}},
        {"u.s.", {false}},
        {"U.S.'s", {true}},
        {"UKRAINE'S", {true}},
        {"NATO's", {true}},
        {"C-130", {false, false, false}},
        {"X-RAY", {false, true, true}},
        {"AFL-CIO", {true, true, true}},
        {"US-led", {true, false, false}},
        {"США", {true}},
        {"Сша", {false}},
        {"ＮＡＴＯ", {true}},
        {"Ǆ", {false}},
        {"中国", {false, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct tokens tokens = tokens_of(slice_of(rows[i].text), &arena);
        for (size_t t = 0; t < tokens.count; t++)
            CHECK_MSG(tokens.token[t].all_caps == rows[i].caps[t],
                      "%s, token %zu", rows[i].text, t);
        arena_reset(&arena);
    }
}

/* Marked text, in the order of tokens, with '|' between. */
TEST(byte_ranges_are_the_words_as_written)
{
    static const struct row rows[] = {
        {"(Ukraine's) troops'", "Ukraine|troops"},
        {"the U.S.", "the|U.S."},
        {"İstanbul'da", "İstanbul|İstanbul'da|da"},
        {"O'Brien's", "O|O'Brien|Brien"},
        {"$1,234.5.", "1,234.5"},
        {"北京2022年", "北|京|2022|年"},
        {"nai\u0308ve", "nai\u0308ve"},
        {"“x’s”", "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct strbuf got;
        struct slice text = slice_of(rows[i].text);
        arena_init(&arena, 1 << 20);
        strbuf_init(&got, 1 << 20);
        struct tokens tokens = tokens_of(text, &arena);
        for (size_t t = 0; t < tokens.count; t++) {
            if (t)
                strbuf_add_char(&got, '|');
            strbuf_add_slice(&got, slice_part(text, tokens.token[t].start,
                                              tokens.token[t].end));
        }
        CHECK_TEXT(got.data, rows[i].tokens);
        strbuf_release(&got);
        arena_reset(&arena);
    }
}

/* `unit` n times, with what is before and behind it. */
static struct slice repeated(const char *before, const char *unit, size_t n,
                             const char *behind)
{
    struct strbuf s;
    strbuf_init(&s, 1 << 26);
    strbuf_add_text(&s, before);
    for (size_t i = 0; i < n; i++)
        strbuf_add_text(&s, unit);
    strbuf_add_text(&s, behind);
    CHECK(!s.failed);
    return strbuf_slice(&s); /* freed by the caller */
}

TEST(terms_are_cut_between_code_points)
{
    static const struct {
        const char *before, *unit;
        size_t count, len; /* of the term */
    } rows[] = {
        {"", "a", 240, 240},        {"", "a", 241, 240},   {"", "A", 5000, 240},
        {"", "é", 241, 240},        {"", "д", 120, 240},   {"", "д", 121, 240},
        {"x", "д", 120, 239},       {"x", "ह", 100, 238},  {"", "ß", 121, 240},
        {"", "𝐀", 300, 240},        {"", "ａ", 300, 240},  {"", "U.", 300, 240},
        {"a", "\u0301", 600, 1},    {"", "1,2", 200, 240}, {"", "が", 1, 3},
        {"か", "\u0301", 300, 239},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 26);
        struct slice text =
            repeated(rows[i].before, rows[i].unit, rows[i].count, "");
        struct tokens tokens = tokens_of(text, &arena);
        CHECK_EQ(tokens.count, 1);
        CHECK_MSG(tokens.token[0].form.len == rows[i].len, "%s%s: %zu bytes",
                  rows[i].before, rows[i].unit, tokens.token[0].form.len);
        CHECK_EQ(tokens.token[0].end, text.len);
        free((void *)(uintptr_t)text.data);
        arena_reset(&arena);
    }
}

TEST(a_joined_form_is_cut_where_a_part_no_longer_fits)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct slice text = repeated("", "д", 119, "-xдд-z");
    struct tokens tokens = tokens_of(text, &arena);
    CHECK_EQ(tokens.count, 4);
    CHECK(tokens.token[1].joined && tokens.token[1].width == 3);
    CHECK_EQ(tokens.token[1].form.len, 239); /* д does not fit, z comes later */
    CHECK_EQ(tokens.token[1].form.data[238], 'x');
    free((void *)(uintptr_t)text.data);
    arena_reset(&arena);
}

TEST(hostile_words_cost_linear_time_and_memory)
{
    static const struct {
        const char *before, *unit;
    } rows[] = {
        {"a", "-b"}, {"a", "'s"},           {"a", "\u0301"},  {"", "U."},
        {"1", ",1"}, {"a", "\u00ad"},       {"か", "\u3099"}, {"", "\u0301"},
        {"", "'"},   {"ł", "\u0316\u0301"}, {"", "𝐀"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, (size_t)1 << 30);
        struct slice text = repeated(rows[i].before, rows[i].unit, 300000, "");
        struct tokens tokens = {0};
        CHECK_EQ(tokenise(text, 0, &arena, &tokens), 0);
        CHECK(arena.total < 400 * text.len);
        free((void *)(uintptr_t)text.data);
        arena_reset(&arena);
    }
}

TEST(tokens_are_appended)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct tokens tokens = {0};
    CHECK_EQ(tokenise(SLICE("a b"), 0, &arena, &tokens), 0);
    CHECK_EQ(tokens.positions, 2);
    CHECK_EQ(tokenise(SLICE("..."), 100, &arena, &tokens), 0);
    CHECK_EQ(tokens.positions, 2);
    CHECK_EQ(tokenise(SLICE("c-d"), 102, &arena, &tokens), 0);
    CHECK_EQ(tokens.positions, 104);
    CHECK_EQ(tokens.count, 5);
    CHECK_EQ(tokens.token[2].position, 102);
    CHECK_EQ(tokens.token[3].position, 102);
    CHECK_EQ(tokens.token[4].position, 103);
    arena_reset(&arena);
}

TEST(positions_do_not_wrap)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct tokens tokens = {0};
    CHECK_EQ(tokenise(SLICE("a"), UINT32_MAX - 1, &arena, &tokens), 0);
    CHECK_EQ(tokens.positions, UINT32_MAX);
    CHECK_EQ(tokenise(SLICE("a"), UINT32_MAX, &arena, &tokens), ERR_LIMIT);
    CHECK_EQ(tokenise(SLICE("北"), UINT32_MAX, &arena, &tokens), ERR_LIMIT);
    CHECK_EQ(tokenise(SLICE("a b c"), UINT32_MAX - 3, &arena, &tokens), 0);
    CHECK_EQ(tokens.positions, UINT32_MAX);
    CHECK_EQ(tokenise(SLICE("a b c"), UINT32_MAX - 2, &arena, &tokens),
             ERR_LIMIT);
    CHECK_EQ(tokenise(SLICE("a-b"), UINT32_MAX - 1, &arena, &tokens),
             ERR_LIMIT);
    arena_reset(&arena);
}

TEST(every_refused_allocation_is_an_error)
{
    const struct slice text = repeated(
        "", "The U.S.-led İstanbul'da draft of é\u0301 л\u0301 北京 ", 300, "");
    long n = 0;
    int rc;
    do {
        struct arena arena;
        struct tokens tokens = {0};
        arena_init(&arena, 1 << 26);
        mem_fail_after(n++);
        rc = tokenise(text, 0, &arena, &tokens);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        arena_reset(&arena);
    } while (rc);
    CHECK(n > 3);

    for (size_t limit = 0; limit < 1 << 20; limit += 5000) {
        struct arena arena;
        struct tokens tokens = {0};
        arena_init(&arena, limit);
        rc = tokenise(text, 0, &arena, &tokens);
        CHECK(rc == 0 || rc == ERR_LIMIT);
        CHECK(limit > 0 || rc == ERR_LIMIT);
        arena_reset(&arena);
    }
    CHECK_EQ(rc, 0);
    free((void *)(uintptr_t)text.data);
}

RUN(T(a_word_is_a_run_of_letters_marks_and_digits),
    T(numbers_keep_their_points), T(letters_with_dots_are_one_word),
    T(apostrophes_and_hyphens_join), T(scripts_without_spaces_give_clusters),
    T(ill_formed_bytes_separate), T(capitals_are_noticed),
    T(byte_ranges_are_the_words_as_written),
    T(terms_are_cut_between_code_points),
    T(a_joined_form_is_cut_where_a_part_no_longer_fits),
    T(hostile_words_cost_linear_time_and_memory), T(tokens_are_appended),
    T(positions_do_not_wrap), T(every_refused_allocation_is_an_error))
