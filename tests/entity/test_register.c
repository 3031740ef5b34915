#include "tests/check.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "entity/register.h"

enum { FAULTS_MAX = 8 };
struct faults {
    char text[FAULTS_MAX][500];
    size_t count;
};

static void keep_fault(void *context, const char *fault)
{
    struct faults *faults = context;
    if (faults->count < FAULTS_MAX)
        snprintf(faults->text[faults->count], sizeof faults->text[0], "%s",
                 fault);
    faults->count++;
}

/* A register of up to three texts, a.tsv, b.tsv, c.tsv. */
static struct entity_register *read_three(const char *a, const char *b,
                                          const char *c)
{
    struct register_text text[] = {{SLICE("a.tsv"), slice_of(a)},
                                   {SLICE("b.tsv"), slice_of(b)},
                                   {SLICE("c.tsv"), slice_of(c)}};
    struct entity_register *entities;
    struct err err = {0};
    CHECK_OK(register_read(text, 3, NULL, NULL, &entities, &err), err);
    return entities;
}

static struct entity_register *read_one(const char *text)
{
    return read_three(text, NULL, NULL);
}

static void check_text(struct entity_register *entities, const char *want)
{
    struct bytes_out out = {0};
    struct err err = {0};
    CHECK_OK(register_write(entities, &out, &err), err);
    put_u8(&out, 0);
    CHECK_TEXT((const char *)out.data, want);
    bytes_out_release(&out);
    register_free(entities);
}

static void named(const struct entity_register *entities, const char *name,
                  unsigned kinds, char *out, size_t size)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const struct entity **found;
    size_t count, used = 0;
    out[0] = '\0';
    CHECK_EQ(
        register_named(entities, slice_of(name), kinds, &arena, &found, &count),
        0);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.*s",
                                 i ? " " : "", SLICE_ARG(found[i]->id));
    arena_reset(&arena);
}

#define LAVROV                                                                            \
    "sergei-lavrov\tperson\tSergei Lavrov\tSergey Lavrov; ru:Сергей Лавров; " \
    "~Lavrov; ~ru:Лавров\tcountry=russia wikidata=Q58217\n"
#define RUSSIA "russia\tplace\tRussia\tRussian Federation; ru:Россия\t\n"
#define TURKEY                                                                 \
    "turkey\tplace\tTurkey\t!Turkey; Türkiye\tnear=Ankara,Erdogan "           \
    "not=roast,cold\n"

TEST(an_entity_has_what_its_line_says)
{
    struct entity_register *r = read_one(LAVROV RUSSIA);
    CHECK_EQ(r->count, 2);
    const struct entity *e = register_find(r, SLICE("sergei-lavrov"));
    CHECK(e && e == &r->entity[1]);
    CHECK_EQ(e->kind, KIND_PERSON);
    CHECK_SLICE(e->name, SLICE("Sergei Lavrov"));
    CHECK_SLICE(e->country, SLICE("russia"));
    CHECK_SLICE(e->wikidata, SLICE("Q58217"));
    CHECK_EQ(e->parent.len, 0);
    CHECK_EQ(e->alias_count, 5);
    CHECK_SLICE(e->alias[0].text, e->name);
    CHECK_SLICE(e->alias[1].text, SLICE("Lavrov"));
    CHECK(e->alias[1].is_short && !e->alias[1].capitals);
    CHECK_SLICE(e->alias[3].text, SLICE("Лавров"));
    CHECK_SLICE(e->alias[3].lang, SLICE("ru"));
    CHECK(e->alias[3].is_short && !e->alias[4].is_short);
    CHECK(!register_find(r, SLICE("lavrov")));
    CHECK(!register_find(r, SLICE("")));
    register_free(r);
}

TEST(an_ambiguous_canonical_name_does_not_count_by_itself)
{
    struct entity_register *r = read_one(TURKEY);
    const struct entity *e = &r->entity[0];
    CHECK_EQ(e->alias_count, 2);
    CHECK_SLICE(e->alias[0].text, SLICE("Turkey"));
    CHECK(e->alias[0].capitals);
    CHECK_SLICE(e->alias[1].text, SLICE("Türkiye"));
    CHECK(!e->alias[1].capitals);
    CHECK_EQ(e->near.count, 2);
    CHECK_SLICE(e->near.item[0], SLICE("ankara"));
    CHECK_EQ(e->not .count, 2);
    CHECK_SLICE(e->not .item[0], SLICE("cold"));
    register_free(r);
}

TEST(names_are_looked_up_folded_word_by_word)
{
    struct entity_register *r = read_one(
        LAVROV RUSSIA TURKEY
        "lviv\tplace\tLviv\tL'viv; uk:Львів\t\n"
        "georgia\tplace\tGeorgia\tru:Грузия\t\n"
        "georgia-us\tplace\tGeorgia\tru:Джорджия\t\n"
        "georgia-oneill\tperson\tGeorgia O'Neill\t~Georgia\t\n"
        "x\tdocument\tSemyon Семён\tSt. Pierre-et-Miquelon; 東京都\t\n");
    static const struct {
        const char *name;
        unsigned kinds;
        const char *ids;
    } table[] = {
        {"sergei lavrov", 0, "sergei-lavrov"},
        {"  SERGEY   LAVROV ", 0, "sergei-lavrov"},
        {"лавров", 0, "sergei-lavrov"},
        {"sergei-lavrov", 0, "sergei-lavrov"},
        {"Q58217", 0, "sergei-lavrov"},
        {"q58217", 0, ""},
        {"Q58218", 0, ""},
        {"Q", 0, ""},
        {"sergei", 0, ""},
        {"lavrov sergei", 0, ""},
        {"sergei lavrov x", 0, ""},
        {"turkiye", 0, "turkey"},
        {"TÜRKİYE", 0, "turkey"},
        {"turkey", 0, "turkey"},
        {"l viv", 0, "lviv"},
        {"L’viv", 0, "lviv"},
        {"Lviv's", 0, "lviv"},
        {"georgia", 0, "georgia georgia-oneill georgia-us"},
        {"georgia", 1 << KIND_PLACE, "georgia georgia-us"},
        {"georgia", 1 << KIND_PERSON, "georgia-oneill"},
        {"georgia", 1 << KIND_EVENT, ""},
        {"georgia", 1 << KIND_PERSON | 1 << KIND_PLACE,
         "georgia georgia-oneill georgia-us"},
        {"georgia us", 0, ""},
        {"georgia-us", 0, "georgia-us"},
        {"semyon семен", 0, "x"},
        {"st pierre et miquelon", 0, "x"},
        {"東京都", 0, "x"},
        {"東京", 0, ""},
        {"", 0, ""},
        {"!?", 0, ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char ids[200];
        named(r, table[i].name, table[i].kinds, ids, sizeof ids);
        CHECK_MSG(strcmp(ids, table[i].ids) == 0, "%s: got \"%s\", want \"%s\"",
                  table[i].name, ids, table[i].ids);
    }
    register_free(r);
}

TEST(the_canonical_text_is_sorted_and_comes_back_the_same)
{
    struct entity_register *r = read_one(
        "\xef\xbb\xbf# a comment\r\n\r\n" LAVROV "\n" TURKEY
        "b\tevent\tB\tru:Б;Bee {2019-03..2022}; ~!The B {..1995-06-30}; "
        "C {>=2001}; de:B\tparent=turkey\r\n"
        "russia\tplace\tRussia\n");
    char digest[33];
    strcpy(digest, r->digest);
    static const char want[] =
        "b\tevent\tB\tBee {2019-03-01..2022-12-31}; C {2001-01-01..}; "
        "~!The B {..1995-06-30}; de:B; ru:Б\tparent=turkey\n"
        "russia\tplace\tRussia\t\t\n"
        "sergei-lavrov\tperson\tSergei Lavrov\t~Lavrov; Sergey Lavrov; "
        "~ru:Лавров; ru:Сергей Лавров\tcountry=russia wikidata=Q58217\n"
        "turkey\tplace\tTurkey\t!Turkey; Türkiye\tnear=ankara,erdogan "
        "not=cold,roast\n";
    check_text(r, want);
    r = read_one(want);
    CHECK_TEXT(r->digest, digest);
    CHECK_EQ(strlen(digest), 32);
    check_text(r, want);
    r = read_one(RUSSIA);
    CHECK(strcmp(r->digest, digest) != 0);
    register_free(r);
}

/* What a, b, c together come to. */
TEST(later_lines_add_and_correct)
{
    static const struct {
        const char *a, *b, *want;
    } table[] = {
        /* nothing at all */
        {"", "", ""},
        {"# x\n", "\n", ""},
        /* adding */
        {"a\tplace\tA\tx\t", "a\t\t\ty; x\t", "a\tplace\tA\tx; y\t\n"},
        {"a\tplace\tA\tx\t", "a\t\t\tru:x", "a\tplace\tA\tx; ru:x\t\n"},
        {"a\tplace\tA\tx\tnear=u", "a\t\t\t\tnear=w,U,V",
         "a\tplace\tA\tx\tnear=u,v,w\n"},
        {"a\tplace\tA\t\tnear=New-York,Kata'ib not=Va.,Erdogan's", "",
         "a\tplace\tA\t\tnear=kataib,newyork not=erdogan,va\n"},
        /* correcting */
        {"a\tplace\tA\tx\t", "a\t\t\t~x", "a\tplace\tA\t~x\t\n"},
        {"a\tplace\tA\t~!x\t", "a\t\t\tx", "a\tplace\tA\tx\t\n"},
        {"a\tplace\tA\t\t", "a\t\t\t!A", "a\tplace\tA\t!A\t\n"},
        {"a\tplace\tA\t!A\t", "a\t\t\tA", "a\tplace\tA\t\t\n"},
        {"a\tplace\tA\t!A\t", "a\t\t\t-A", "a\tplace\tA\t\t\n"},
        {"a\tplace\tA\t\t", "a\tperson\t\t", "a\tperson\tA\t\t\n"},
        {"a\tplace\tA\tx\t", "a\t\tB\t", "a\tplace\tB\tA; x\t\n"},
        {"a\tplace\tA\tx\t", "a\t\tB\t-A", "a\tplace\tB\tx\t\n"},
        {"a\tplace\tA\tB\t", "a\t\tB\t", "a\tplace\tB\tA\t\n"},
        {"a\tplace\tA\t!A; x\t", "a\t\tB\t", "a\tplace\tB\t!A; x\t\n"},
        {"a\tplace\tA\t\twikidata=Q1", "a\t\t\t\twikidata=Q2",
         "a\tplace\tA\t\twikidata=Q2\n"},
        {"a\tplace\tA\t\twikidata=Q1 near=x not=y",
         "a\t\t\t\twikidata= near= not=", "a\tplace\tA\t\t\n"},
        /* taking away */
        {"a\tplace\tA\tx; y\t", "a\t\t\t-x", "a\tplace\tA\ty\t\n"},
        {"a\tplace\tA\t~!ru:x; x; y\t", "a\t\t\t-x", "a\tplace\tA\ty\t\n"},
        {"a\tplace\tA\t~!ru:x; x; y\t", "a\t\t\t-ru:x",
         "a\tplace\tA\tx; y\t\n"},
        {"a\tplace\tA\tx\t", "a\t\t\t-X; -z", "a\tplace\tA\tx\t\n"},
        /* block */
        {"a\tplace\tA\tx\t\nb\tplace\tB\t\tparent=a", "a\t\t\t\tblock",
         "b\tplace\tB\t\t\n"},
        {"a\tplace\tA\tx\t", "a\tplace\tA\t\tblock\na\tevent\tC",
         "a\tevent\tC\t\t\n"},
        {"", "a\tplace\tA\t\tblock", ""},
        /* into */
        {"a\tplace\tA\tx; ~y\twikidata=Q1 near=n not=m\nb\tplace\tB\ty; "
         "ru:z\t\nc\tplace\tC\t\tparent=a country=a",
         "a\t\t\t\tinto=b",
         "b\tplace\tB\tA; x; y; ru:z\twikidata=Q1 near=n not=m\n"
         "c\tplace\tC\t\tcountry=b parent=b\n"},
        {"a\tplace\tA\t!A\t\nb\tplace\tB\t\twikidata=Q2 parent=a",
         "a\t\t\t\tinto=b wikidata=Q7", "b\tplace\tB\t!A\twikidata=Q2\n"},
        {"a\tplace\tA\nb\tplace\tB\nc\tplace\tC\nd\tplace\tD\t\tparent=a",
         "a\t\t\t\tinto=b\nb\t\t\t\tinto=c",
         "c\tplace\tC\tA; B\t\nd\tplace\tD\t\tparent=c\n"},
        {"a\tplace\tA\nb\tplace\tB\nc\tplace\tC\t\tparent=a",
         "a\t\t\t\tinto=b\na\tplace\tA2\nb\t\t\t\tinto=a",
         "a\tplace\tA2\tA; B\t\nc\tplace\tC\t\tparent=a\n"},
        {"a\tplace\tA\nb\tplace\tA\tx", "a\t\t\t\tinto=b",
         "b\tplace\tA\tx\t\n"},
        /* a reference forward */
        {"a\tplace\tA\t\tparent=b", "b\tplace\tB",
         "a\tplace\tA\t\tparent=b\nb\tplace\tB\t\t\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        print_message("row %zu\n", i);
        check_text(read_three(table[i].a, table[i].b, NULL), table[i].want);
        /* as one text, too */
        char both[1000];
        snprintf(both, sizeof both, "%s\n%s", table[i].a, table[i].b);
        check_text(read_one(both), table[i].want);
    }
}

TEST(every_fault_is_told_with_its_line)
{
    static const struct {
        const char *text, *fault;
    } table[] = {
        {"a\tplace\tA\nB\tplace\tB",
         "a.tsv:2: 'B' is no id: small letters a-z, digits and '-'"},
        {"\tplace\tB", "a.tsv:1: '' is no id: small letters a-z, digits and "
                       "'-'"},
        {"-a\tplace\tB",
         "a.tsv:1: '-a' is no id: small letters a-z, digits and '-'"},
        {"# c\n\na\tplaces\tA",
         "a.tsv:3: 'places' is no type; there are person, place, organisation, "
         "event and document"},
        {"a\tplace", "a.tsv:1: there is no a before: a new entity needs a type "
                     "and a name"},
        {"a\t\tA", "a.tsv:1: there is no a before: a new entity needs a type "
                   "and a name"},
        {"a\tplace\tA\nb\t\t\t\tblock",
         "a.tsv:2: there is no b before: a new entity needs a type and a name"},
        {"a\tplace\tA\tb\t\t", "a.tsv:1: more than 5 fields"},
        {"a\tplace\t~A", "a.tsv:1: the name '~A' begins as an alias does; say "
                         "it plainly"},
        {"a\tplace\tru:A", "a.tsv:1: the name 'ru:A' begins as an alias does; "
                           "say it plainly"},
        {"a\tplace\tA;B", "a.tsv:1: there is a ';' in 'A;B'"},
        {"a\tplace\tA  B", "a.tsv:1: there are two blanks in a row in 'A  B'"},
        {"a\tplace\t...", "a.tsv:1: there is no word in '...'"},
        {"a\tplace\tA\tx; ru:; y", "a.tsv:1: there is no word in ''"},
        {"a\tplace\tA\tx; ~; y", "a.tsv:1: there is no word in ''"},
        {"a\tplace\tA\tx; ~~z; y", "a.tsv:1: '~' twice in front of '~~z'"},
        {"a\tplace\tA\tx {2019..2018}",
         "a.tsv:1: '{2019..2018}': the range 2019..2018 ends before it begins"},
        {"a\tplace\tA\tx {}", "a.tsv:1: '{}': an empty date"},
        {"a\tplace\tA\tx {2019-01-01T10:00..}",
         "a.tsv:1: '{2019-01-01T10:00..}': whole days are wanted"},
        {"a\tplace\tA\tx {>9999}", "a.tsv:1: '{>9999}': whole days are wanted"},
        {"a\tplace\tA\tx}", "a.tsv:1: there is a '}' in 'x}'"},
        {"a\tplace\tA\tx {2019} y", "a.tsv:1: there is a '{' in 'x {2019} y'"},
        {"a\tplace\tA\t-~x",
         "a.tsv:1: '-x' takes the name away, whatever stands with it: no ~, ! "
         "or {} here"},
        {"a\tplace\tA\tx; !x", "a.tsv:1: 'x' stands there twice, differently"},
        {"a\tplace\tA\t\tnear",
         "a.tsv:1: 'near' is no option; there are country=, parent=, "
         "wikidata=, near=, not=, into= and block"},
        {"a\tplace\tA\t\tfar=x",
         "a.tsv:1: 'far=x' is no option; there are country=, parent=, "
         "wikidata=, near=, not=, into= and block"},
        {"a\tplace\tA\t\tnear=x,,y", "a.tsv:1: '' is not one word"},
        {"a\tplace\tA\t\tnear=foo.bar", "a.tsv:1: 'foo.bar' is not one word"},
        {"a\tplace\tA\t\tnot=東京", "a.tsv:1: '東京' is not one word"},
        {"a\tplace\tA\t\tnear=x near=y", "a.tsv:1: near= twice"},
        {"a\tplace\tA\t\twikidata=58", "a.tsv:1: wikidata=58: as in Q58217"},
        {"a\tplace\tA\t\twikidata=Q0", "a.tsv:1: wikidata=Q0: as in Q58217"},
        {"a\tplace\tA\t\tparent=B",
         "a.tsv:1: parent=B: an id has small letters a-z, digits and '-'"},
        {"a\tplace\tA\t\tparent=b",
         "a.tsv:1: parent=b: there is no such entity"},
        {"a\tplace\tA\nb\tplace\tB\t\tcountry=c",
         "a.tsv:2: country=c: there is no such entity"},
        {"a\tplace\tA\t\tparent=a", "a.tsv:1: parent=a: it is its own"},
        {"a\tplace\tA\t\tinto=b",
         "a.tsv:1: into=b: there is no other entity of this id before"},
        {"a\tplace\tA\t\tinto=a",
         "a.tsv:1: into=a: there is no other entity of this id before"},
        {"a\tplace\tA\t\tinto=", "a.tsv:1: into= needs an id"},
        {"a\tplace\tA\nb\tplace\tB\t\tblock into=a",
         "a.tsv:2: block and into= together"},
        {"a\tplace\tA\t\twikidata=Q4\nb\tplace\tB\t\twikidata=Q4",
         "a.tsv:2: wikidata=Q4: that is a already"},
        {"a\tplace\tA\xff", "a.tsv:1: byte 10 is not UTF-8"},
        {"a\tplace\tA\x01", "a.tsv:1: byte 10 is a control character"},
        {"a\tplace\tA\rb\tplace\tB", "a.tsv:1: byte 10 is a control character"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct register_text text = {SLICE("a.tsv"), slice_of(table[i].text)};
        struct faults faults = {0};
        struct entity_register *r;
        struct err err = {0};
        CHECK_EQ(register_read(&text, 1, keep_fault, &faults, &r, &err),
                 ERR_INVALID);
        CHECK(!r);
        CHECK_TEXT(err.text, table[i].fault);
        CHECK_TEXT(faults.text[0], table[i].fault);
        CHECK_MSG(faults.count == 1, "%s: then %s", table[i].text,
                  faults.text[1]);
        CHECK_EQ(register_read(&text, 1, NULL, NULL, &r, NULL), ERR_INVALID);
    }
}

TEST(faults_of_several_texts_are_all_told)
{
    struct register_text text[] = {
        {SLICE("a.tsv"), SLICE("a\tplace\tA\nX\nb\tplace\tB\t\tparent=q")},
        {SLICE("b.tsv"), SLICE("a\t\t\t\tnext\n\nc\tx\t.\n")}};
    struct faults faults = {0};
    struct entity_register *r;
    struct err err = {0};
    CHECK_EQ(register_read(text, 2, keep_fault, &faults, &r, &err),
             ERR_INVALID);
    CHECK_EQ(faults.count, 5);
    CHECK_TEXT(faults.text[0], err.text);
    CHECK(strncmp(faults.text[0], "a.tsv:2: ", 9) == 0);
    CHECK(strncmp(faults.text[1], "b.tsv:1: ", 9) == 0);
    CHECK(strncmp(faults.text[2], "b.tsv:3: ", 9) == 0);
    CHECK(strncmp(faults.text[3], "b.tsv:3: ", 9) == 0);
    CHECK(strncmp(faults.text[4], "a.tsv:3: ", 9) == 0);
}

TEST(limits_are_errors)
{
    struct strbuf s;
    struct err err = {0};
    struct entity_register *r;
    struct register_text text = {.name = SLICE("big")};

    strbuf_init(&s, SIZE_MAX);
    strbuf_add_text(&s, "a\tplace\tA\t");
    for (int i = 0; i < LIMIT_ENTITY_NAMES + 1; i++)
        strbuf_addf(&s, "x%d; ", i);
    text.bytes = strbuf_slice(&s);
    CHECK_EQ(register_read(&text, 1, NULL, NULL, &r, &err), ERR_INVALID);
    CHECK_TEXT(err.text, "big:1: more than 1000 names");
    err = (struct err){0};
    strbuf_reset(&s);
    for (int i = 0; i < LIMIT_ENTITY_NAMES + 1; i++)
        strbuf_addf(&s, "a\tplace\tA\tx%d\n", i);
    text.bytes = strbuf_slice(&s);
    CHECK_EQ(register_read(&text, 1, NULL, NULL, &r, &err), ERR_INVALID);
    CHECK_TEXT(err.text, "big:1001: a has more than 1000 names");

    err = (struct err){0};
    strbuf_reset(&s);
    strbuf_add_text(&s, "a\tplace\t");
    for (int i = 0; i < LIMIT_NAME_WORDS + 1; i++)
        strbuf_add_text(&s, i ? " x" : "x");
    text.bytes = strbuf_slice(&s);
    CHECK_EQ(register_read(&text, 1, NULL, NULL, &r, &err), ERR_INVALID);
    CHECK(strstr(err.text, "has 33 words; 32 at most"));
    strbuf_release(&s);

    size_t size = (64 << 20) + 1;
    void *zeros = calloc(1, size);
    text.bytes = (struct slice){zeros, size};
    CHECK_EQ(register_read(&text, 1, NULL, NULL, &r, &err), ERR_LIMIT);
    free(zeros);
}

static const char some[] = LAVROV RUSSIA TURKEY
    "b\tevent\tB\tru:Б; ~!The B {..1995}\tparent=turkey near=x,y not=z\n"
    "b\t\tC\t-Б\tnear= wikidata=Q1\nc\tplace\tCc\td; e\t\nc\t\t\t\tinto=b\n"
    "d\tplace\tD\t\tparent=c\nd\t\t\t\tblock\n";

TEST(every_allocation_may_fail)
{
    struct register_text text = {SLICE("a.tsv"),
                                 {(const uint8_t *)some, sizeof some - 1}};
    for (long n = 0;; n++) {
        struct entity_register *r;
        struct err err = {0};
        mem_fail_after(n);
        int rc = register_read(&text, 1, NULL, NULL, &r, &err);
        if (!rc) {
            struct arena arena;
            const struct entity **found;
            size_t count;
            arena_init(&arena, SIZE_MAX);
            int named_rc = register_named(r, SLICE("Sergey Lavrov"), 0, &arena,
                                          &found, &count);
            CHECK(named_rc == ERR_NOMEM || count == 1);
            struct bytes_out out = {0};
            int write_rc = register_write(r, &out, &err);
            CHECK(write_rc == 0 || write_rc == ERR_NOMEM);
            bytes_out_release(&out);
            arena_reset(&arena);
            register_free(r);
            if (!named_rc && !write_rc) {
                CHECK(n > 10);
                break;
            }
        } else {
            CHECK_EQ(rc, ERR_NOMEM);
            CHECK(!r);
        }
    }
    mem_fail_after(-1);
}

/* Any change of a byte gives a register that can be written and read again, or a
 * fault. */
TEST(damaged_lines_are_told_or_read)
{
    size_t size = sizeof some - 1, good = 0;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        uint8_t *copy = malloc(size);
        memcpy(copy, some, size);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct register_text text = {SLICE("a.tsv"), {copy, size}};
        struct entity_register *r, *again;
        struct err err = {0};
        int rc = register_read(&text, 1, NULL, NULL, &r, &err);
        free(copy);
        if (rc) {
            CHECK_EQ(rc, ERR_INVALID);
            CHECK(strncmp(err.text, "a.tsv:", 6) == 0);
            continue;
        }
        good++;
        struct bytes_out out = {0};
        CHECK_OK(register_write(r, &out, &err), err);
        text.bytes = (struct slice){out.data, out.len};
        CHECK_OK(register_read(&text, 1, NULL, NULL, &again, &err), err);
        CHECK_TEXT(again->digest, r->digest);
        bytes_out_release(&out);
        register_free(again);
        register_free(r);
    }
    CHECK(good > 100);
}

RUN(T(an_entity_has_what_its_line_says),
    T(an_ambiguous_canonical_name_does_not_count_by_itself),
    T(names_are_looked_up_folded_word_by_word),
    T(the_canonical_text_is_sorted_and_comes_back_the_same),
    T(later_lines_add_and_correct), T(every_fault_is_told_with_its_line),
    T(faults_of_several_texts_are_all_told), T(limits_are_errors),
    T(every_allocation_may_fail), T(damaged_lines_are_told_or_read))
