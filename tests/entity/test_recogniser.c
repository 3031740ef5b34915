#include "entity/recogniser.h"

#include "base/mem.h"
#include "small_register.h"

static const char people_and_places[] =
    "agency|International Atomic Energy Agency; ~the Agency|\n"
    "bush-elder|George Bush {..1999}; George H.W. Bush; ~!Bush|\n"
    "bush-younger|George Bush {2000..}; George W. Bush; ~!Bush|\n"
    "georgia|!Georgia; Republic of Georgia; ru:Грузия|near=Tbilisi,Caucasus "
    "not=South\n"
    "georgia-us|!Georgia; State of Georgia|near=Atlanta,Caucasus\n"
    "jordan|!Jordan; Amman's kingdom|not=River,Kata'ib\n"
    "kyiv|Kyiv; !Kiev; ru:Киев; uk:Київ|not=chicken,cake\n"
    "lavrov|Sergei Lavrov; ru:Сергей Лавров; ~Lavrov; ~ru:Лавров|\n"
    "lavrov-other|Pyotr Lavrov; ~Lavrov|\n"
    "michael-jordan|Michael Jordan; ~!Jordan|\n"
    "new-york|New York|\n"
    "new-york-times|New York Times|\n"
    "turkey|Türkiye; !Turkey; !U.S.|\n"
    "york|York|";

struct row {
    const char *title, *body, *date, *want;
};

static void check_rows(const char *lines, const struct row *row, size_t count)
{
    struct small small;
    struct recogniser *recogniser;
    struct err err = {0};
    small_read(&small, lines);
    CHECK_OK(recogniser_new(&small.reg, &recogniser, &err), err);
    for (size_t i = 0; i < count; i++) {
        struct arena arena;
        struct article article = {0};
        arena_init(&arena, 1 << 24);
        article.text[PART_TITLE] = slice_of(row[i].title);
        article.text[PART_BODY] = slice_of(row[i].body);
        if (row[i].date)
            CHECK_OK(
                date_parse(slice_of(row[i].date), &article.published, &err),
                err);
        CHECK_TEXT(mentions_of(recogniser, &article, &arena), row[i].want);
        CHECK_TEXT(slow_mentions_of(&small.reg, &article, &arena), row[i].want);
        arena_reset(&arena);
    }
    recogniser_free(recogniser);
    arena_reset(&small.reg.arena);
}
#define CHECK_ROWS(lines, rows)                                                \
    check_rows(lines, rows, sizeof rows / sizeof *rows)

TEST(the_longest_name_from_the_left_is_the_mention)
{
    static const struct row rows[] = {
        {"", "In New York, the New York Times of york", NULL,
         "new-york@1+2=New York new-york-times@4+3=New York Times "
         "york@8+1=york"},
        {"", "New York New Yorker", NULL, "new-york@0+2=New York"},
        {"New", "York", NULL, "york@101+1=York"},
        {"", "New\n York-based", NULL, "new-york@0+2=New York"},
        {"", "Türkiye's TURKIYE turkiye’de", NULL,
         "turkey@0+1=Türkiye turkey@1+1=TURKIYE turkey@2+1=turkiye"},
        {"", "nobody is named here", NULL, ""},
        {"", "", NULL, ""},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(capitals_names_count_in_their_capitals_and_their_company)
{
    static const struct row rows[] = {
        {"", "Turkey eats turkey. TURKEY's", NULL, "turkey@0+1=Turkey"},
        {"", "U.S.-led US us U.S", NULL,
         "turkey@0+1=U.S. turkey@2+1=US turkey@4+1=U.S"},
        {"", "chicken Kiev, Kiev cake, Kiev Kiev", NULL, "kyiv@5+1=Kiev"},
        {"", "chicken Kyiv", NULL, "kyiv@1+1=Kyiv"},
        {"", "Georgia", NULL, ""},
        {"", "Georgia tbilisi", NULL, "georgia@0+1=Georgia"},
        {"", "Atlanta, Georgia", NULL, "georgia-us@1+1=Georgia"},
        {"Caucasus", "South Georgia Georgia", NULL,
         "georgia-us@102+1=Georgia georgia@103+1=Georgia "
         "georgia-us@103+1=Georgia"},
        {"",
         "Jordan Kata'ib, Kata'ib Jordan, so Jordan is; River Jordan Jordan",
         NULL, "jordan@7+1=Jordan jordan@11+1=Jordan"},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(another_full_name_tells_which_it_is)
{
    static const struct row rows[] = {
        {"", "Georgia Caucasus Republic of Georgia", NULL,
         "georgia@0+1=Georgia georgia@2+3=Republic of Georgia"},
        {"",
         "Georgia State of Georgia Georgia Republic of Georgia Georgia "
         "Caucasus",
         NULL,
         "georgia-us@0+1=Georgia georgia-us@1+3=State of Georgia "
         "georgia-us@4+1=Georgia georgia@5+3=Republic of Georgia "
         "georgia@8+1=Georgia"},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(short_forms_follow_a_full_name)
{
    static const struct row rows[] = {
        {"", "Lavrov said", NULL, ""},
        {"Lavrov", "Sergei Lavrov met Pyotr Lavrov. Lavrov", NULL,
         "lavrov@0+1=Lavrov lavrov@101+2=Sergei Lavrov "
         "lavrov-other@104+2=Pyotr Lavrov lavrov-other@106+1=Lavrov"},
        {"", "the agency, an International Atomic Energy Agency", NULL,
         "agency@0+2=the agency agency@3+4=International Atomic Energy "
         "Agency"},
        {"", "George W. Bush in the bush: Bush", NULL,
         "bush-younger@0+3=George W. Bush bush-younger@6+1=Bush"},
        {"", "Jordan, said Michael Jordan, Jordan and Amman's kingdom", NULL,
         "jordan@0+1=Jordan michael-jordan@2+2=Michael Jordan "
         "michael-jordan@4+1=Jordan jordan@6+2=Amman's kingdom"},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(validity_is_by_the_date_of_the_article)
{
    static const struct row rows[] = {
        {"", "George Bush", "1991", "bush-elder@0+2=George Bush"},
        {"", "George Bush, Bush", "2003-03-20",
         "bush-younger@0+2=George Bush bush-younger@2+1=Bush"},
        {"", "George Bush", NULL,
         "bush-elder@0+2=George Bush bush-younger@0+2=George Bush"},
        {"", "George Bush, George H.W. Bush", NULL,
         "bush-elder@0+2=George Bush bush-elder@2+3=George H.W. Bush"},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(names_inflect)
{
    static const struct row rows[] = {
        {"", "Сергея Лаврова в Киеве, у Києві, Лавровым. Лавровам Грузией",
         NULL,
         "lavrov@0+2=Сергея Лаврова kyiv@3+1=Киеве kyiv@5+1=Києві "
         "lavrov@6+1=Лавровым lavrov@7+1=Лавровам georgia@8+1=Грузией"},
        {"", "киеве", NULL, ""},
        {"", "КИЕВЕ киев", NULL, "kyiv@0+1=КИЕВЕ kyiv@1+1=киев"},
    };
    CHECK_ROWS(people_and_places, rows);
}

TEST(every_refused_allocation_is_an_error)
{
    struct small small;
    small_read(&small, people_and_places);
    int rc = ERR_NOMEM;
    long n;
    for (n = 0; rc; n++) {
        struct recogniser *recogniser = NULL;
        struct err err = {0};
        mem_fail_after(n);
        rc = recogniser_new(&small.reg, &recogniser, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        recogniser_free(recogniser);
    }
    CHECK(n > 5);
    arena_reset(&small.reg.arena);
}

/* Both ways to look for mentions, in an article that has all kinds of them. */
TEST(every_refused_allocation_while_looking_is_an_error)
{
    struct article article = {
        .text[PART_TITLE] = SLICE("Jordan is back"),
        .text[PART_BODY] =
            SLICE("Michael Jordan met Sergei Lavrov in Киеве, not in New York. "
                  "Lavrov and Jordan left; Georgia, near Tbilisi, did not.")};
    struct small small;
    struct recogniser *recogniser;
    struct err err = {0};
    small_read(&small, people_and_places);
    CHECK_OK(recogniser_new(&small.reg, &recogniser, &err), err);
    for (int slow = 0; slow < 2; slow++) {
        int rc = ERR_NOMEM;
        long n;
        for (n = 0; rc; n++) {
            struct arena texts, arena;
            struct analysis analysis;
            arena_init(&texts, SIZE_MAX);
            arena_init(&arena, SIZE_MAX);
            CHECK_EQ(analyse_article(&article, NULL, &texts, &analysis), 0);
            mem_fail_after(n);
            rc = slow
                     ? slow_mentions(&small.reg, &article, &analysis, &arena,
                                     &analysis.mentions)
                     : recogniser_find(recogniser, &article, &analysis, &arena);
            mem_fail_after(-1);
            CHECK(rc == 0 || rc == ERR_NOMEM);
            if (rc == 0)
                CHECK_EQ(analysis.mentions.count, 8);
            arena_reset(&arena);
            arena_reset(&texts);
        }
        CHECK(n > 1);
    }
    recogniser_free(recogniser);
    arena_reset(&small.reg.arena);
}

TEST(every_refused_allocation_of_comparing_registers_is_an_error)
{
    struct small before, after;
    small_read(&before, people_and_places);
    small_read(&after, "kyiv|Kyiv; Kyjiw; uk:Київ|\n"
                       "lviv|Lviv; ru:Львов; uk:Львів|");
    struct arena arena;
    struct changed_name *name = NULL;
    size_t whole, count = 0;
    struct err error = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(register_changes(&before.reg, &after.reg, &arena, &name, &whole,
                              &error),
             error);
    arena_reset(&arena);
    int rc = ERR_NOMEM;
    long n;
    for (n = 0; rc; n++) {
        struct err err = {0};
        arena_init(&arena, SIZE_MAX);
        mem_fail_after(n);
        rc = register_changes(&before.reg, &after.reg, &arena, &name, &count,
                              &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || (rc == ERR_NOMEM && count == 0));
        arena_reset(&arena);
    }
    CHECK(n > 5);
    CHECK(count > 10 && count == whole);
    arena_reset(&before.reg.arena);
    arena_reset(&after.reg.arena);
}

RUN(T(the_longest_name_from_the_left_is_the_mention),
    T(capitals_names_count_in_their_capitals_and_their_company),
    T(another_full_name_tells_which_it_is), T(short_forms_follow_a_full_name),
    T(validity_is_by_the_date_of_the_article), T(names_inflect),
    T(every_refused_allocation_is_an_error),
    T(every_refused_allocation_while_looking_is_an_error),
    T(every_refused_allocation_of_comparing_registers_is_an_error))
