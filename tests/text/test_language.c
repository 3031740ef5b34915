/* The language of an article that does not say it. */
#include "text/language.h"

#include "base/mem.h"
#include "check.h"
#include "corpus_text.h"

#include "text/scripts.h"

static struct slice guess(struct language_guesser *guesser, const char *body)
{
    struct article article = {.text[PART_BODY] = slice_of(body)};
    return language_guess(guesser, &article);
}

TEST(rows)
{
    static const struct {
        const char *lang, *text;
    } rows[] = {
        {"en",
         "The government said on Tuesday that it would send more troops "
         "to the border, where fighting had broken out during the night."},
        {"de", "Die Regierung teilte am Dienstag mit, dass sie weitere Truppen "
               "an die Grenze schicken werde, wo in der Nacht Kämpfe "
               "ausgebrochen waren."},
        {"fr", "Le gouvernement a déclaré mardi qu'il enverrait de nouvelles "
               "troupes à la frontière, où des combats avaient éclaté pendant "
               "la nuit."},
        {"es",
         "El gobierno dijo el martes que enviaría más tropas a la "
         "frontera, donde los combates habían estallado durante la noche, "
         "según informó la agencia."},
        {"pl", "Rząd poinformował we wtorek, że wyśle więcej żołnierzy na "
               "granicę, gdzie w nocy wybuchły walki między obiema stronami."},
        {"tr",
         "Hükümet salı günü yaptığı açıklamada, gece çatışmaların çıktığı "
         "sınıra daha fazla asker göndereceğini söyledi. Bakanlık, ölen ya da "
         "yaralanan "
         "olmadığını, görüşmelerin ise sürdüğünü bildirdi."},
        {"ru", "Правительство сообщило во вторник, что направит дополнительные "
               "войска на границу, где ночью начались бои."},
        {"uk", "Уряд повідомив у вівторок, що надішле більше військ на кордон, "
               "де вночі почалися бої, і закликав громадян зберігати спокій."},
        {"ar", "قالت الحكومة يوم الثلاثاء إنها سترسل المزيد من القوات إلى "
               "الحدود حيث اندلع القتال خلال الليل في المنطقة"},
        {"fa",
         "دولت روز دوشنبه اعلام کرد که نیروهای بیشتری را به مرز "
         "خواهد فرستاد، جایی که شب گذشته درگیری آغاز شده بود و ادامه دارد"},
        {"he", "הממשלה הודיעה ביום שלישי כי תשלח כוחות נוספים לגבול, שם פרצו "
               "קרבות במהלך הלילה בין הצדדים"},
        {"zh", "新华社北京三月二十九日电，政府星期二表示将向边境增派部队，"
               "当地夜间爆发了战斗，据路透社 Reuters 报道。"},
        {"ja",
         "政府は火曜日、夜間に戦闘が発生した国境地帯にさらに部隊を派遣すると"
         "発表した。外務省によると、けが人はいない。"},
        {"ko", "정부는 화요일 밤사이 전투가 벌어진 국경 지역에 더 많은 병력을 "
               "파견하겠다고 밝혔다. 사상자는 없는 것으로 전해졌다."},
        {"el", "Η κυβέρνηση ανακοίνωσε την Τρίτη ότι θα στείλει περισσότερα "
               "στρατεύματα στα σύνορα."},
        {"th", "รัฐบาลแถลงเมื่อวันอังคารว่าจะส่งทหารเพิ่มไปยังชายแดนที่เกิดการสู้รบ"
               "ในช่วงกลางคืน"},
        {"hi", "सरकार ने मंगलवार को कहा कि वह सीमा पर और सैनिक भेजेगी, जहां रात "
               "में लड़ाई शुरू हो गई थी।"},
        /* honestly unknown */
        {"", ""},
        {"", "The end."},
        {"",
         "1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 "
         "1234567890 1234567890 1234567890"},
        {"", "xqzt wvbn ghkl pqrs zzzt mnbv qwrt plkj hgfd sdfg zxcv bnmp qwtr "
             "rtyp lkjh gfds xcvb qzqz vwvw kxkx jjqj"},
        {"",
         "The government said on Tuesday, правительство сообщило во вторник, "
         "that it would, что направит войска, send more troops to the border."},
    };
    struct language_guesser *guesser = language_guesser_new();
    CHECK(guesser);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct slice got = guess(guesser, rows[i].text);
            CHECK_MSG(slice_eq(got, slice_of(rows[i].lang)),
                      "\"%.*s\", want \"%s\": %s", SLICE_ARG(got), rows[i].lang,
                      rows[i].text);
        }
    language_guesser_free(guesser);
    language_guesser_free(NULL);
}

TEST(any_part_and_any_length_may_speak)
{
    static const char text[] =
        "Правительство сообщило во вторник, что направит дополнительные войска "
        "на границу, где ночью начались бои. Об этом говорится в заявлении "
        "министерства, которое было опубликовано вечером. ";
    struct language_guesser *guesser = language_guesser_new();
    CHECK(guesser);
    for (int part = 0; part < PART_COUNT; part++) {
        struct article article = {0};
        article.text[part] = slice_of(text);
        CHECK_SLICE(language_guess(guesser, &article), slice_of("ru"));
    }
    /* Longer than the sample by every number of bytes: it is cut between
     * characters, from a buffer of exactly its size. */
    for (size_t len = 1400; len < 1700; len++) {
        uint8_t *exact = malloc(len);
        CHECK(exact);
        size_t filled = 0;
        while (filled < len) {
            size_t n =
                len - filled < strlen(text) ? len - filled : strlen(text);
            memcpy(exact + filled, text, n);
            filled += n;
        }
        while (len > 0 && (exact[len - 1] & 0xc0) == 0xc0) /* a lone lead */
            exact[len - 1] = ' ';
        struct article article = {.text[PART_BODY] = {exact, len}};
        CHECK_SLICE(language_guess(guesser, &article), slice_of("ru"));
        free(exact);
    }
    language_guesser_free(guesser);
}

TEST(scripts_are_counted_in_bytes)
{
    static const struct {
        enum script script;
        const char *text;
    } rows[] = {
        {SCRIPT_MIXED, ""},
        {SCRIPT_MIXED, "123 ... 456"},
        {SCRIPT_LATIN, "Łódź and Tromsø"},
        {SCRIPT_LATIN, "Reuters and others said: Да"},
        {SCRIPT_MIXED, "Reuters: Правда"},
        {SCRIPT_CHINESE, "北京大学的老师说他们今天不去上课 の"},
        {SCRIPT_JAPANESE, "東京大学の先生"},
        {SCRIPT_JAPANESE, "タワー"},
        {SCRIPT_CHINESE, "路透社 (Reut) 北京电"},
        {SCRIPT_HANGUL, "대한민국의 수도 韓"},
        {SCRIPT_HEBREW, "שלום"},
        {SCRIPT_ETHIOPIC, "አማርኛ"},
        {SCRIPT_MIXED, "ᏣᎳᎩ"}, /* Cherokee: not known */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct script_count count = script_count(slice_of(rows[i].text));
        CHECK_MSG(script_dominant(&count) == rows[i].script, "row %zu: %d", i,
                  script_dominant(&count));
    }
    CHECK_TEXT(script_language(SCRIPT_CHINESE), "zh");
    CHECK(!script_language(SCRIPT_LATIN) && !script_language(SCRIPT_MIXED));
}

TEST(without_memory_there_is_no_guesser)
{
    mem_fail_after(0);
    struct language_guesser *guesser = language_guesser_new();
    mem_fail_after(-1);
    CHECK(!guesser);
}

/* --- real news --- */

struct tally {
    struct language_guesser *guesser;
    size_t right, unknown, wrong;
};

static void see(struct slice text, struct slice lang, void *arg)
{
    struct tally *tally = arg;
    if (text.len < 300) /* titles, too, are handed in */
        return;
    struct article article = {.text[PART_BODY] = text};
    struct slice got = language_guess(tally->guesser, &article);
    if (got.len == 0)
        tally->unknown++;
    else if (slice_eq(got, lang))
        tally->right++;
    else
        tally->wrong++;
}

TEST(news_is_guessed_right_or_not_at_all)
{
    static const struct {
        const char *corpus;
        unsigned right; /* at least, in a hundred */
    } rows[] = {
        {"bbc2004", 98},     {"cctv-zh", 95},   {"1tv-ru", 95},
        {"tr-finance", 85},  {"fakebr-pt", 85}, {"tagesschau-2021-asr", 98},
        {"ner-uk-news", 90},
    };
    if (!corpora_present())
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally tally = {.guesser = language_guesser_new()};
        CHECK(tally.guesser);
        corpus_each(rows[i].corpus, 150, see, &tally);
        size_t all = tally.right + tally.unknown + tally.wrong;
        print_message("%-20s %3zu right, %2zu unknown, %zu wrong\n",
                      rows[i].corpus, tally.right, tally.unknown, tally.wrong);
        CHECK(all > 50);
        CHECK_MSG(tally.right * 100 >= all * rows[i].right, "%s",
                  rows[i].corpus);
        CHECK_MSG(tally.wrong * 100 <= all, "%s", rows[i].corpus);
        language_guesser_free(tally.guesser);
    }
}

RUN(T(rows), T(any_part_and_any_length_may_speak),
    T(scripts_are_counted_in_bytes), T(without_memory_there_is_no_guesser),
    T(news_is_guessed_right_or_not_at_all))
