/* Anything given as registers, two of them when a NUL stands between: each fault is told
 * with a line, or what is read is written as a register that says the same, in which every
 * entity is found by its id and by each of its names. */
#include "entity/register.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Looking every name up is slow in big registers. */
enum { NAMES_MAX = 2000 };

static void demand(bool ok, const char *what, struct slice text)
{
    if (ok)
        return;
    fprintf(stderr, "%s: ", what);
    fwrite(text.data, 1, text.len, stderr);
    fputc('\n', stderr);
    abort();
}

static bool may_mean(const struct entity_register *entities, struct slice name,
                     const struct entity *wanted, struct arena *arena)
{
    const struct entity **found;
    size_t count;
    bool there = false;
    if (register_named(entities, name, 0, arena, &found, &count))
        return true; /* no memory */
    for (size_t i = 0; i < count; i++)
        there = there || found[i] == wanted;
    return there;
}

static void check_names(const struct entity_register *entities)
{
    struct arena arena;
    size_t names = 0;
    arena_init(&arena, (size_t)64 << 20);
    for (size_t i = 0; i < entities->count && names < NAMES_MAX; i++) {
        const struct entity *entity = &entities->entity[i];
        demand(register_find(entities, entity->id) == entity, "not found",
               entity->id);
        demand(i == 0 || slice_cmp(entity[-1].id, entity->id) < 0, "order",
               entity->id);
        demand(may_mean(entities, entity->id, entity, &arena), "id",
               entity->id);
        for (size_t k = 0; k < entity->alias_count; k++, names++)
            demand(may_mean(entities, entity->alias[k].text, entity, &arena),
                   "name", entity->alias[k].text);
    }
    arena_reset(&arena);
}

static void check_again(const struct entity_register *entities)
{
    struct bytes_out text = {0};
    struct entity_register *again = NULL;
    struct err err = {0};
    if (register_write(entities, &text, &err) == ERR_OK) {
        const struct register_text one = {SLICE("written"),
                                          {text.data, text.len}};
        int rc = register_read(&one, 1, NULL, NULL, &again, &err);
        demand(rc == ERR_OK || rc == ERR_NOMEM || rc == ERR_LIMIT, err.text,
               one.bytes);
        demand(rc || strcmp(entities->digest, again->digest) == 0,
               "another register", one.bytes);
    }
    register_free(again);
    bytes_out_release(&text);
}

static void told(void *context, const char *fault)
{
    size_t *faults = context;
    const char *colon = strchr(fault, ':');
    (*faults)++;
    demand(colon && colon[1] >= '1' && colon[1] <= '9', "no line",
           slice_of(fault));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size ? memchr(data, 0, size) : NULL;
    size_t first = cut ? (size_t)(cut - data) : size;
    struct register_text both[] = {{SLICE("first"), {data, first}},
                                   {SLICE("second"), {0}}};
    struct entity_register *entities = NULL;
    struct err err = {0};
    size_t faults = 0;
    if (cut)
        both[1].bytes = (struct slice){cut + 1, size - first - 1};
    int rc = register_read(both, 2, told, &faults, &entities, &err);
    demand((rc == ERR_INVALID) == (faults > 0) || rc == ERR_LIMIT, "faults",
           slice_of(err.text));
    demand(rc == ERR_OK || err.text[0] != '\0', "no sentence",
           (struct slice){data, size});
    if (rc == ERR_OK) {
        check_again(entities);
        check_names(entities);
    }
    register_free(entities);
    return 0;
}
