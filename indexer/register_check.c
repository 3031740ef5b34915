#include "indexer/register_state.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

static bool has_capitals(const struct entity *entity)
{
    for (size_t i = 0; i < entity->alias_count; i++)
        if (entity->alias[i].capitals)
            return true;
    return false;
}

/* What stands before the next `end` byte; *rest is what stands behind that. */
static struct slice cut(struct slice *rest, uint8_t end)
{
    const uint8_t *at = memchr(rest->data, end, rest->len);
    size_t length = at ? (size_t)(at - rest->data) : rest->len;
    struct slice before = slice_part(*rest, 0, length);
    *rest = slice_part(*rest, at ? length + 1 : length, rest->len);
    return before;
}

static void tell(struct slice file, size_t line, const char *option,
                 struct slice id)
{
    fprintf(stderr,
            "%.*s:%zu: %s has no effect: %.*s has no name with !, and it is "
            "for those\n",
            SLICE_ARG(file), line, option, SLICE_ARG(id));
}

/* Conditions of an entity that has no name they could bear on, when all is read. */
static size_t check_line(const struct entity_register *entities,
                         struct slice file, struct slice text, size_t line)
{
    enum { OPTIONS_FIELD = 4 };
    struct slice id = slice_trim(cut(&text, '\t'));
    const struct entity *entity = register_find(entities, id);
    size_t warnings = 0;
    if (!entity || has_capitals(entity))
        return 0;
    for (int field = 1; field < OPTIONS_FIELD; field++)
        cut(&text, '\t');
    while (text.len) {
        struct slice option = cut(&text, ' ');
        const char *name = NULL;
        if (entity->near.count && slice_starts_with(option, SLICE("near=")))
            name = "near=";
        if (entity->not .count && slice_starts_with(option, SLICE("not=")))
            name = "not=";
        if (name) {
            tell(file, line, name, id);
            warnings++;
        }
    }
    return warnings;
}

static size_t check_text(const struct entity_register *entities,
                         const struct register_text *text)
{
    struct slice rest = text->bytes;
    size_t warnings = 0;
    for (size_t line = 1; rest.len; line++) {
        struct slice one = cut(&rest, '\n');
        if (one.len && one.data[0] != '#')
            warnings += check_line(entities, text->name, one, line);
    }
    return warnings;
}

static void report(const struct entity_register *entities,
                   const struct register_texts *texts, size_t first)
{
    size_t names = 0, warnings = 0;
    for (size_t i = first; i < texts->count; i++)
        warnings += check_text(entities, &texts->text[i]);
    for (size_t i = 0; i < entities->count; i++)
        names += entities->entity[i].alias_count;
    printf("%zu entities with %zu names, register %s\n", entities->count, names,
           entities->digest);
    if (warnings)
        printf("%zu condition%s without effect\n", warnings,
               warnings == 1 ? "" : "s");
}

int register_check(const struct register_state *state, char **word, int words,
                   struct err *err)
{
    struct register_texts texts = {0};
    struct entity_register *entities = NULL;
    int rc =
        words ? ERR_OK : err_set(err, ERR_INVALID, "check what? Name files");
    for (size_t i = 0; !rc && i < state->texts.count; i++)
        rc = register_texts_add(
            &texts, (const char *)state->texts.text[i].name.data, err);
    size_t first = texts.count;
    for (int w = 0; !rc && w < words; w++)
        rc = register_texts_add(&texts, word[w], err);
    if (!rc)
        rc = register_read_telling(texts.text, texts.count, &entities, err);
    if (!rc)
        report(entities, &texts, first);
    register_free(entities);
    register_texts_release(&texts);
    return rc;
}
