#include "tests/check.h"

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "entity/register_files.h"

#include <unistd.h>

static void tell(void *context, const char *fault)
{
    (void)context;
    print_error("%s\n", fault);
}

static struct entity_register *read_shipped(void)
{
    char path[REGISTER_PATH_SIZE];
    struct err err = {0};
    struct register_texts texts = {0};
    struct entity_register *r;
    CHECK_OK(register_shipped(path, &err), err);
    CHECK_OK(register_texts_add(&texts, path, &err), err);
    CHECK(texts.count > 10);
    CHECK_OK(register_read(texts.text, texts.count, tell, NULL, &r, &err), err);
    register_texts_release(&texts);
    return r;
}

TEST(the_register_that_comes_with_us_is_found_and_without_fault)
{
    struct entity_register *r = read_shipped();
    size_t kinds[KIND_COUNT] = {0};
    for (size_t i = 0; i < r->count; i++)
        kinds[r->entity[i].kind]++;
    CHECK(r->count > 12000);
    CHECK(kinds[KIND_PERSON] > 5000);
    CHECK(kinds[KIND_PLACE] > 3000);
    CHECK(kinds[KIND_ORGANISATION] > 2000);
    CHECK(kinds[KIND_EVENT] > 300);
    CHECK(kinds[KIND_DOCUMENT] > 200);

    struct bytes_out out = {0};
    struct err err = {0};
    struct entity_register *again;
    CHECK_OK(register_write(r, &out, &err), err);
    struct register_text text = {SLICE("written"), {out.data, out.len}};
    CHECK_OK(register_read(&text, 1, tell, NULL, &again, &err), err);
    CHECK_TEXT(again->digest, r->digest);
    bytes_out_release(&out);
    register_free(again);
    register_free(r);
}

/* Names of which nobody may say that they are missing. */
TEST(well_known_names_are_found)
{
    static const char *const table[][2] = {
        {"Zelensky", "volodymyr-zelensky"},
        {"Zelenskyy", "volodymyr-zelensky"},
        {"Zelenskiy", "volodymyr-zelensky"},
        {"Зеленский", "volodymyr-zelensky"},
        {"Зеленський", "volodymyr-zelensky"},
        {"Kyiv", "kyiv"},
        {"Kiev", "kyiv"},
        {"Київ", "kyiv"},
        {"Киев", "kyiv"},
        {"Türkiye", "turkey"},
        {"Turkey", "turkey"},
        {"Hezbollah", "hezbollah"},
        {"Hizbullah", "hezbollah"},
        {"Sergey Lavrov", "sergei-lavrov"},
        {"Сергей Лавров", "sergei-lavrov"},
        {"Q58217", "sergei-lavrov"},
        {"İstanbul", "istanbul"},
        {"Стамбул", "istanbul"},
        {"NATO", "north-atlantic-treaty-organization"},
        {"Minsk II", "minsk-agreements"},
        {"Brexit", "brexit"},
    };
    struct entity_register *r = read_shipped();
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct entity **found;
        size_t count, at = 0;
        CHECK_EQ(
            register_named(r, slice_of(table[i][0]), 0, &arena, &found, &count),
            0);
        while (at < count && !slice_eq(found[at]->id, slice_of(table[i][1])))
            at++;
        CHECK_MSG(at < count, "%s: not %s among %zu", table[i][0], table[i][1],
                  count);
    }
    arena_reset(&arena);
    register_free(r);
}

/* Every country has a parent's or a place's kind; every person's country is a place. */
TEST(references_lead_to_places_and_organisations)
{
    struct entity_register *r = read_shipped();
    for (size_t i = 0; i < r->count; i++) {
        const struct entity *e = &r->entity[i], *other;
        if (e->country.len) {
            other = register_find(r, e->country);
            CHECK_MSG(other && other->kind == KIND_PLACE, "%.*s",
                      SLICE_ARG(e->id));
        }
        if (e->parent.len && e->kind == KIND_PLACE) {
            other = register_find(r, e->parent);
            CHECK_MSG(other && other->kind == KIND_PLACE, "%.*s",
                      SLICE_ARG(e->id));
        }
    }
    register_free(r);
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    CHECK(f);
    fputs(text, f);
    CHECK_EQ(fclose(f), 0);
}

TEST(a_folder_is_all_its_files_in_order)
{
    char dir[] = "/tmp/registers.XXXXXX";
    CHECK(mkdtemp(dir));
    struct register_texts texts = {0};
    struct err err = {0};
    CHECK_EQ(register_texts_add(&texts, dir, &err), ERR_NOTFOUND);
    write_file(dir, "b.tsv", "b\tplace\tB\n");
    write_file(dir, "a.tsv", "a\tplace\tA\n");
    write_file(dir, "c.txt", "no\n");
    write_file(dir, ".d.tsv", "no\n");
    char file[300];
    snprintf(file, sizeof file, "%s/c.txt", dir);

    for (long n = 0;; n++) { /* out of memory at every place, then well */
        mem_fail_after(n);
        texts = (struct register_texts){0};
        int rc = register_texts_add(&texts, dir, &err);
        if (!rc)
            rc = register_texts_add(&texts, file, &err);
        mem_fail_after(-1);
        if (!rc)
            break;
        CHECK_EQ(rc, ERR_NOMEM);
        register_texts_release(&texts);
    }
    CHECK_EQ(texts.count, 3);
    CHECK_SLICE(texts.text[0].bytes, SLICE("a\tplace\tA\n"));
    CHECK_SLICE(texts.text[1].bytes, SLICE("b\tplace\tB\n"));
    CHECK_SLICE(texts.text[2].name, slice_of(file));
    register_texts_release(&texts);

    snprintf(file, sizeof file, "%s/none.tsv", dir);
    CHECK_EQ(register_texts_add(&texts, file, &err), ERR_NOTFOUND);
    CHECK(strncmp(err.text, file, strlen(file)) == 0);
    register_texts_release(&texts);
    CHECK_OK(tree_remove(dir, &err), err);
}

/* The lines that docs/register.md shows. */
TEST(the_examples_of_the_page_are_a_register)
{
    struct bytes_out page = {0}, lines = {0};
    struct err err = {0};
    CHECK_OK(file_read(PROJECT_DIR "/docs/register.md", 1 << 20, &page, &err),
             err);
    put_u8(&page, 0);
    int examples = 0;
    for (char *line = strtok((char *)page.data, "\n"); line;
         line = strtok(NULL, "\n"))
        if (strncmp(line, "    ", 4) == 0 && strchr(line, '\t')) {
            put_raw(&lines, line + 4, strlen(line + 4));
            put_u8(&lines, '\n');
            examples++;
        }
    CHECK_EQ(examples, 2);
    struct register_text text[] = {
        {SLICE("russia"), SLICE("russia\tplace\tRussia\n")},
        {SLICE("docs/register.md"), {lines.data, lines.len}}};
    struct entity_register *r;
    CHECK_OK(register_read(text, 2, tell, NULL, &r, &err), err);
    CHECK_EQ(r->count, 3);
    CHECK_SLICE(r->entity[1].id, SLICE("sergei-lavrov"));
    CHECK_EQ(r->entity[1].alias_count, 5);
    CHECK(r->entity[2].alias[0].capitals);
    register_free(r);
    bytes_out_release(&lines);
    bytes_out_release(&page);
}

RUN(T(the_examples_of_the_page_are_a_register),
    T(the_register_that_comes_with_us_is_found_and_without_fault),
    T(well_known_names_are_found),
    T(references_lead_to_places_and_organisations),
    T(a_folder_is_all_its_files_in_order))
