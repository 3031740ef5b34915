#include "entity/inflect.h"

#include "check.h"

static bool gives(const char *word, const char *lang, unsigned place,
                  const char *form)
{
    struct arena arena;
    struct slice_list forms;
    bool found = false;
    arena_init(&arena, SIZE_MAX);
    CHECK(inflect(slice_of(word), slice_of(lang), place, &arena, &forms) == 0);
    for (size_t i = 0; i < forms.count; i++)
        found |= slice_eq(forms.item[i], slice_of(form));
    arena_reset(&arena);
    return found;
}

TEST(names_take_the_endings_of_their_language)
{
    static const struct {
        const char *lang, *word, *form;
        bool want;
    } rows[] = {
        {"ru", "Лавров", "Лавровым", true},
        {"ru", "Сергей", "Сергея", true},
        {"ru", "Зеленский", "Зеленского", true},
        {"ru", "Россия", "России", true},
        {"ru", "Казань", "Казани", true},
        {"ru", "Павел", "Павлу", true},
        {"ru", "Лев", "Льва", true},
        {"ru", "Афины", "Афин", true},
        {"ru", "НАТО", "НАТОа", false},
        {"uk", "Київ", "Києві", true},
        {"uk", "Харків", "Харкова", true},
        {"uk", "Тернопіль", "Тернополя", true},
        {"uk", "Америка", "Америці", true},
        {"uk", "Порошенко", "Порошенком", true},
        {"pl", "Kijów", "Kijowie", true},
        {"pl", "Polska", "Polsce", true},
        {"pl", "Niemcy", "Niemczech", true},
        {"pl", "Zełenski", "Zełenskiego", true},
        {"pl", "Madryt", "Madrycie", true},
        {"tr", "Ankara", "Ankarada", true},
        {"tr", "Kremlin", "Kremlinden", true},
        {"tr", "Bağdat", "Bağdatta", true},
        {"tr", "Çin", "Çine", false},
        {"ar", "العراق", "للعراق", true},
        {"ar", "بغداد", "وبغداد", true},
        {"en", "London", "Londona", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(gives(rows[i].word, rows[i].lang, WORD_FIRST | WORD_LAST,
                        rows[i].form) == rows[i].want,
                  "%s: %s", rows[i].word, rows[i].form);
    CHECK(!gives("Ankara", "tr", WORD_FIRST, "Ankarada"));
    CHECK(!gives("بغداد", "ar", WORD_LAST, "وبغداد"));
}

TEST(latin_forms_count_in_articles_of_their_language)
{
    CHECK(inflection_counts(SLICE("ru"), SLICE("en")));
    CHECK(inflection_counts(SLICE("pl"), SLICE("")));
    CHECK(inflection_counts(SLICE("pl"), SLICE("pl-pl")));
    CHECK(!inflection_counts(SLICE("pl"), SLICE("en")));
    CHECK(!inflection_counts(SLICE("tr"), SLICE("trv")));
}

RUN(T(names_take_the_endings_of_their_language),
    T(latin_forms_count_in_articles_of_their_language))
