/* A register into the tables of recogniser_table.h. */
#include "entity/recogniser.h"

#include "base/err.h"
#include "base/mem.h"
#include "entity/inflect.h"
#include "entity/recogniser_builder.h"

#include <string.h>

enum { FIRST_CAPACITY = 1 << 14 };

int builder_grow(void *list, size_t count, size_t *capacity, size_t size)
{
    void *old, *new;
    if (count < *capacity)
        return ERR_OK;
    size_t wanted = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    memcpy(&old, list, sizeof old);
    if (wanted > UINT32_MAX - 1)
        return ERR_LIMIT;
    if (!(new = mem_realloc(old, wanted * size)))
        return ERR_NOMEM;
    memcpy(list, &new, sizeof new);
    *capacity = wanted;
    return ERR_OK;
}

/* --- names --- */

static struct edge *edge_place(struct recogniser *r, uint32_t node,
                               uint32_t pattern)
{
    uint32_t at = edge_hash(node, pattern) & r->edge_mask;
    while (r->edge[at].to != NO_NODE &&
           !(r->edge[at].node == node && r->edge[at].pattern == pattern))
        at = (at + 1) & r->edge_mask;
    return &r->edge[at];
}

/* As builder_grow_places(). */
static int grow_edges(struct builder *b)
{
    struct recogniser *r = b->out;
    struct edge *old = r->edge;
    uint32_t old_size = old ? r->edge_mask + 1 : 0;
    if (b->edge_count < old_size / 2)
        return ERR_OK;
    uint32_t size = old ? old_size * 2 : FIRST_PLACES;
    if (size > TABLE_MAX)
        return ERR_LIMIT;
    struct edge *edge = mem_alloc(size * sizeof *edge);
    if (!edge)
        return ERR_NOMEM;
    r->edge = edge;
    r->edge_mask = size - 1;
    memset(edge, 0, size * sizeof *edge); /* NO_NODE */
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i].to != NO_NODE)
            *edge_place(r, old[i].node, old[i].pattern) = old[i];
    mem_free(old);
    return ERR_OK;
}

static int child_of(struct builder *b, uint32_t node, uint32_t pattern,
                    uint32_t *child)
{
    int rc = grow_edges(b);
    if (rc)
        return rc;
    struct edge *place = edge_place(b->out, node, pattern);
    *child = node == 0 ? b->pattern[pattern].start : place->to;
    if (*child != NO_NODE)
        return ERR_OK;
    if ((rc = GROW(b, edge)))
        return rc;
    *child = (uint32_t)b->edge_count + 1;
    struct edge edge = {node, pattern, *child};
    b->edge[b->edge_count++] = edge;
    if (node == 0)
        b->pattern[pattern].start = *child;
    else
        *place = edge;
    return ERR_OK;
}

/* What a short form begins with wherever it counts: a letter that folding changes. */
static uint8_t letter_of_short(const struct entity_alias *alias,
                               const struct name_word *word)
{
    struct slice letter = word->written;
    if (!alias->is_short || letter.len == 0)
        return 0;
    letter.len = 1;
    while (letter.len < word->written.len &&
           (letter.data[letter.len] & 0xc0) == 0x80)
        letter.len++;
    return slice_starts_with(word->folded, letter) ? 0 : letter.data[0];
}

static int add_name(struct builder *b, const struct entity_alias *alias,
                    uint32_t entity, struct arena *arena)
{
    struct name_word *word;
    size_t count;
    uint32_t node = 0, second = 0;
    int rc = name_words(alias->text, arena, &word, &count);
    if (rc == ERR_LIMIT)
        return err_set(b->err, rc, "the name \"%.80s\" has over %d words",
                       (const char *)alias->text.data, NAME_WORDS_MAX);
    for (size_t i = 0; !rc && i < count; i++) {
        unsigned place =
            (i == 0 ? WORD_FIRST : 0u) | (i + 1 == count ? WORD_LAST : 0u);
        rc = builder_pattern(b, alias->lang, place, &word[i], arena);
        if (rc)
            break;
        word[i].folded = b->pattern[word[i].pattern].folded.item[0];
        rc = child_of(b, node, word[i].pattern, &node);
        second = i < 2 ? node : second;
    }
    if (rc || count == 0)
        return rc;
    if ((rc = GROW(b, name)))
        return rc;
    word = arena_copy(&b->out->arena, word, count * sizeof *word);
    if (!word)
        return ERR_NOMEM;
    b->name[b->name_count++] =
        (struct placed_name){{.alias = alias,
                              .word = word,
                              .entity = entity,
                              .word_count = (uint16_t)count,
                              .capitals = alias->capitals,
                              .is_short = alias->is_short,
                              .has_valid = alias->has_valid,
                              .letter = letter_of_short(alias, &word[0])},
                             node,
                             second};
    return ERR_OK;
}

static bool same_words(const struct name *a, const struct name *b)
{
    bool same = a->word_count == b->word_count &&
                a->alias->is_short == b->alias->is_short;
    for (size_t i = 0; same && i < a->word_count; i++)
        same = slice_eq(a->word[i].folded, b->word[i].folded);
    return same;
}

/* Of the names from `first`, all of one entity: one that has the words of a capitals name
 * is one, too. */
static void spread_capitals(struct builder *b, size_t first)
{
    for (size_t i = first; i < b->name_count; i++)
        for (size_t k = first; k < b->name_count; k++) {
            struct name *name = &b->name[k].name;
            if (b->name[i].name.alias->capitals && !name->capitals)
                name->capitals = same_words(&b->name[i].name, name);
        }
}

static int add_names(struct builder *b)
{
    const struct entity_register *entities = b->out->entities;
    struct arena name_arena;
    int rc = ERR_OK;
    for (size_t e = 0; !rc && e < entities->count; e++) {
        const struct entity *entity = &entities->entity[e];
        size_t first = b->name_count;
        arena_init(&name_arena, SIZE_MAX);
        for (size_t i = 0; !rc && i < entity->alias_count; i++)
            rc = add_name(b, &entity->alias[i], (uint32_t)e, &name_arena);
        spread_capitals(b, first);
        arena_reset(&name_arena);
    }
    return rc;
}

/* --- neighbours --- */

static int copy_not(const struct slice_list *from, struct arena *arena,
                    struct arena *scratch, struct slice_list *to)
{
    to->item = arena_array(arena, struct slice, from->count);
    if (!to->item)
        return ERR_NOMEM;
    for (size_t i = 0; i < from->count; i++) {
        struct slice word;
        int rc = neighbour_word(from->item[i], scratch, &word);
        if (!rc && word.len)
            rc = arena_copy_slice(arena, word, &to->item[to->count++]);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int copy_near(struct builder *b, const struct slice_list *from,
                     struct arena *scratch, struct neighbours *to)
{
    uint32_t *near = arena_array(&b->out->arena, uint32_t, from->count);
    if (!near)
        return ERR_NOMEM;
    to->near = near;
    for (size_t i = 0; i < from->count; i++) {
        struct slice word;
        uint32_t form;
        int rc = neighbour_word(from->item[i], scratch, &word);
        if (!rc && word.len == 0)
            continue;
        if (!rc)
            rc = builder_form(b, word, &form);
        if (rc)
            return rc;
        if (b->form[form].near == NO_FORM)
            b->form[form].near = b->out->near_count++;
        near[to->near_count++] = b->form[form].near;
    }
    return ERR_OK;
}

static int add_neighbours(struct builder *b)
{
    struct recogniser *r = b->out;
    const struct entity_register *entities = r->entities;
    struct arena scratch;
    int rc = ERR_OK;
    r->neighbours = arena_array(&r->arena, struct neighbours,
                                entities->count ? entities->count : 1);
    if (!r->neighbours)
        return ERR_NOMEM;
    for (size_t e = 0; !rc && e < entities->count; e++) {
        struct neighbours *to = &r->neighbours[e];
        const struct entity *entity = &entities->entity[e];
        arena_init(&scratch, SIZE_MAX);
        if (entity->near.count)
            rc = copy_near(b, &entity->near, &scratch, to);
        if (!rc && entity->not .count)
            rc = copy_not(&entity->not, &r->arena, &scratch, &to->not );
        arena_reset(&scratch);
    }
    return rc;
}

static int build(struct builder *b)
{
    int rc = builder_grow_places(b);
    if (!rc)
        rc = grow_edges(b);
    if (!rc)
        rc = add_names(b);
    if (!rc)
        rc = add_neighbours(b);
    if (!rc)
        rc = builder_tables(b);
    return rc;
}

static void release(struct builder *b)
{
    hash_map_release(&b->patterns);
    mem_free(b->form);
    mem_free(b->pattern);
    mem_free(b->use);
    mem_free(b->name);
    mem_free(b->edge);
}

int recogniser_new(const struct entity_register *entities,
                   struct recogniser **out, struct err *err)
{
    struct err why = {0};
    struct recogniser *r = mem_alloc(sizeof *r);
    struct builder b = {.out = r, .err = &why};
    if (!r)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(r, 0, sizeof *r);
    r->entities = entities;
    arena_init(&r->arena, SIZE_MAX);
    hash_map_init(&b.patterns);
    int rc = build(&b);
    release(&b);
    if (rc) {
        recogniser_free(r);
        return err_set(err, rc, "%s",
                       why.code          ? why.text
                       : rc == ERR_NOMEM ? "out of memory"
                                         : "the register is too large");
    }
    *out = r;
    return ERR_OK;
}

void recogniser_free(struct recogniser *recogniser)
{
    if (!recogniser)
        return;
    mem_free(recogniser->place);
    mem_free(recogniser->edge);
    arena_reset(&recogniser->arena);
    mem_free(recogniser);
}
