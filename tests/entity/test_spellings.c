/* Spellings of Ukrainian names that others have collected, among them misprints and names of
 * the Middle Ages: how many of them find the place or person, where the register has it. The
 * set is read where it lies, and the register is not made from it: what it misses is mended
 * by rules of spelling (tools/romanise), or is left. */
#include "entity/recogniser.h"

#include "shipped_register.h"

#include <dirent.h>
#include <string.h>

#define SET SHARED_CORPORA "/aliases/spelling-ukraine"

enum { NAMES_MAX = 64, FOUND_PERCENT = 88 };

struct spellings {
    struct slice category, name[NAMES_MAX]; /* name[0]: the Ukrainian one */
    size_t count;
};

/* The next JSON string from *at; none of the set has escapes in a name. */
static bool next_string(struct slice text, size_t *at, size_t end,
                        struct slice *out)
{
    while (*at < end && text.data[*at] != '"')
        ++*at;
    size_t from = ++*at;
    while (*at < end && text.data[*at] != '"')
        ++*at;
    if (*at >= end)
        return false;
    *out = slice_part(text, from, (*at)++);
    return true;
}

/* Strings of the value of `key`, which is a string or a list of such. */
static void add_strings(struct slice text, const char *key,
                        struct spellings *out)
{
    const char *found = strstr((const char *)text.data, key);
    if (!found)
        return;
    size_t at = (size_t)(found - (const char *)text.data) + strlen(key);
    size_t end = at;
    while (text.data[at] == ' ' || text.data[at] == ':')
        at++;
    bool list = text.data[at] == '[';
    for (end = at; end < text.len && text.data[end] != (list ? ']' : '\n');)
        end++;
    struct slice value;
    while (next_string(text, &at, end, &value) && out->count < NAMES_MAX)
        out->name[out->count++] = value;
}

static void parse(struct slice text, struct spellings *out)
{
    struct spellings category = {0};
    *out = (struct spellings){0};
    add_strings(text, "\"category\"", &category);
    out->category = category.count ? category.name[0] : (struct slice){0};
    add_strings(text, "\"sourceSpelling\"", out);
    add_strings(text, "\"correctSpelling\"", out);
    add_strings(text, "\"incorrectSpellings\"", out);
    add_strings(text, "\"relatedSpellings\"", out);
}

static bool has(const struct entity **entity, size_t count,
                const struct entity *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (entity[i] == wanted)
            return true;
    return false;
}

static size_t spellings_of(const struct shipped *shipped,
                           const struct entity *entity,
                           const struct spellings *s, struct arena *arena,
                           bool tell)
{
    size_t found = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct entity **named;
        size_t count;
        CHECK(register_named(shipped->entities, s->name[i], 0, arena, &named,
                             &count) == 0);
        if (has(named, count, entity))
            found++;
        else if (tell)
            print_message("%.*s is not found under %.*s\n",
                          SLICE_ARG(entity->id), SLICE_ARG(s->name[i]));
    }
    return found;
}

/* A town is not the man whose surname it resembles. */
static bool is_kind(const struct entity *entity, const struct spellings *s)
{
    bool person = slice_eq(s->category, SLICE("Person"));
    bool company = slice_eq(s->category, SLICE("Company"));
    return entity->kind == (person    ? KIND_PERSON
                            : company ? KIND_ORGANISATION
                                      : KIND_PLACE);
}

/* What both its Ukrainian and its English name mean; of several, what more of the others
 * mean. */
static const struct entity *entity_of(const struct shipped *shipped,
                                      const struct spellings *s,
                                      struct arena *arena)
{
    const struct entity **uk, **en, *best = NULL;
    size_t uk_count, en_count, most = 0;
    CHECK(register_named(shipped->entities, s->name[0], 0, arena, &uk,
                         &uk_count) == 0);
    CHECK(register_named(shipped->entities, s->name[1], 0, arena, &en,
                         &en_count) == 0);
    for (size_t i = 0; i < en_count; i++) {
        size_t found = spellings_of(shipped, en[i], s, arena, false);
        if (has(uk, uk_count, en[i]) && is_kind(en[i], s) && found > most) {
            most = found;
            best = en[i];
        }
    }
    return best;
}

struct tally {
    size_t entities, spellings, found;
};

/* First names are nobody's. */
static bool names_somebody(const struct spellings *s)
{
    return s->count >= 2 && !slice_eq(s->category, SLICE("Personal name")) &&
           !slice_eq(s->category, SLICE("Phrase"));
}

static void check_entry(const struct shipped *shipped, struct slice text,
                        struct tally *tally)
{
    struct spellings s;
    struct arena arena;
    parse(text, &s);
    if (!names_somebody(&s))
        return;
    arena_init(&arena, SIZE_MAX);
    const struct entity *entity = entity_of(shipped, &s, &arena);
    if (entity) {
        tally->entities++;
        tally->spellings += s.count;
        tally->found += spellings_of(shipped, entity, &s, &arena, true);
    }
    arena_reset(&arena);
}

TEST(most_collected_spellings_find_their_entity)
{
    DIR *dir = opendir(SET);
    struct tally tally = {0};
    struct shipped shipped;
    if (!dir) {
        print_message("skipped: no %s\n", SET);
        skip();
    }
    shipped_open(&shipped);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[4096];
        struct bytes_out file = {0};
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", SET, entry->d_name);
        read_whole(path, &file);
        put_u8(&file, 0);
        CHECK(!file.failed);
        check_entry(&shipped, (struct slice){file.data, file.len - 1}, &tally);
        bytes_out_release(&file);
    }
    closedir(dir);
    print_message("%zu of %zu spellings of %zu entities: %.1f %%\n",
                  tally.found, tally.spellings, tally.entities,
                  100.0 * (double)tally.found / (double)tally.spellings);
    CHECK(tally.entities > 100);
    CHECK(tally.found * 100 >= tally.spellings * FOUND_PERCENT);
    shipped_close(&shipped);
}

RUN(T(most_collected_spellings_find_their_entity))
