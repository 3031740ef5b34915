/* A register into the tables of recogniser_table.h. */
#include "entity/recogniser.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "entity/inflect.h"
#include "entity/recogniser_table.h"
#include "text/fold.h"
#include "text/tokenise.h"

#include <string.h>

enum {
    PLACES_PER_FORM = 2,
    /* One in fifty keys that are not in a filter passes it. */
    BITS_PER_KEY = 12,
    FIRST_CAPACITY = 1024,
};

struct use_of_form {
    uint32_t form, pattern;
    bool inflected;
};

/* A name, and where it ends. */
struct placed_name {
    struct name name;
    uint32_t node, second; /* second: of its second word, or of its only one */
};

struct builder {
    struct recogniser *out;
    struct hash_map forms, patterns, edges; /* to numbers */
    struct form *form;
    struct pattern *pattern;
    struct use_of_form *use;
    struct placed_name *name;
    struct edge *edge; /* in no order */
    size_t form_count, form_capacity, pattern_count, pattern_capacity;
    size_t use_count, use_capacity, name_count, name_capacity;
    size_t edge_count, edge_capacity;
    struct err *err;
};

/* Room for one more in a list of mem_alloc. */
static int grow(void *list, size_t count, size_t *capacity, size_t size)
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
#define GROW(b, list)                                                          \
    grow(&(b)->list, (b)->list##_count, &(b)->list##_capacity,                 \
         sizeof *(b)->list)

/* --- words --- */

int name_words(struct slice text, struct arena *arena, struct name_word **out,
               size_t *count)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, arena, &tokens);
    *count = 0;
    *out = NULL;
    if (rc || tokens.positions == 0)
        return rc;
    if (tokens.positions > NAME_WORDS_MAX)
        return ERR_LIMIT;
    *out = arena_array(arena, struct name_word, tokens.positions);
    if (!*out)
        return ERR_NOMEM;
    for (size_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.token[i];
        if (!token->joined)
            (*out)[(*count)++] = (struct name_word){
                .written = slice_part(text, token->start, token->end),
                .folded = token->form};
    }
    return ERR_OK;
}

int neighbour_word(struct slice text, struct arena *arena, struct slice *out)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, arena, &tokens);
    uint16_t width = 0;
    *out = (struct slice){0};
    for (size_t i = 0; !rc && i < tokens.count; i++)
        if (tokens.token[i].width > width) {
            width = tokens.token[i].width;
            *out = tokens.token[i].form;
        }
    return rc;
}

/* --- forms and patterns --- */

static int number_of(struct hash_map *map, struct slice key, size_t next,
                     uint32_t *out, bool *is_new)
{
    const uint64_t *known = hash_map_get(map, key);
    *is_new = !known;
    *out = known ? (uint32_t)*known : (uint32_t)next;
    return known ? ERR_OK : hash_map_put(map, key, next, NULL);
}

static int form_number(struct builder *b, struct slice text, uint32_t *out)
{
    bool is_new;
    int rc = number_of(&b->forms, text, b->form_count, out, &is_new);
    if (rc || !is_new)
        return rc;
    if ((rc = GROW(b, form)))
        return rc;
    struct form *form = &b->form[b->form_count++];
    *form = (struct form){.near = NO_FORM};
    return arena_copy_slice(&b->out->arena, text, &form->text);
}

/* `text` is one more form of the pattern, unless it is known as one. */
static int add_use(struct builder *b, uint32_t number, struct slice text,
                   bool inflected)
{
    struct pattern *pattern = &b->pattern[number];
    struct use_of_form use = {.pattern = number, .inflected = inflected};
    for (size_t i = 0; i < pattern->folded.count; i++)
        if (slice_eq(pattern->folded.item[i], text))
            return ERR_OK;
    int rc = form_number(b, text, &use.form);
    if (!rc)
        rc = GROW(b, use);
    if (rc)
        return rc;
    b->use[b->use_count++] = use;
    pattern->folded.item[pattern->folded.count++] = b->form[use.form].text;
    return ERR_OK;
}

static int fill_pattern(struct builder *b, uint32_t number,
                        const struct name_word *word)
{
    struct arena *arena = &b->out->arena;
    struct pattern *pattern = &b->pattern[number];
    pattern->folded.item =
        arena_array(arena, struct slice, pattern->written.count + 1);
    if (!pattern->folded.item)
        return ERR_NOMEM;
    int rc = add_use(b, number, word->folded, false);
    for (size_t i = 0; !rc && i < pattern->written.count; i++) {
        struct slice folded;
        rc = fold_word(pattern->written.item[i], arena, &folded);
        if (!rc)
            rc = add_use(b, number, folded, true);
    }
    return rc;
}

/* What tells patterns apart: words without inflections are the same in all languages,
 * in capitals or not. */
static struct slice pattern_key(const struct name_word *word, struct slice lang,
                                unsigned place, struct arena *arena)
{
    struct slice text = lang.len ? word->written : word->folded;
    uint8_t *key = arena_alloc_unset(arena, text.len + lang.len + 1);
    if (!key)
        return (struct slice){0};
    key[0] = (uint8_t)(lang.len << 2 | place);
    if (lang.len == 0)
        key[0] = 0; /* the same everywhere in a name */
    else
        memcpy(key + 1, lang.data, lang.len);
    memcpy(key + 1 + lang.len, text.data, text.len);
    return (struct slice){key, 1 + lang.len + text.len};
}

static int pattern_of(struct builder *b, struct slice lang, unsigned place,
                      struct name_word *word, struct arena *arena)
{
    bool is_new;
    struct slice_list written = {0};
    int rc = ERR_OK;
    if (!inflects(lang))
        lang = (struct slice){0};
    struct slice key = pattern_key(word, lang, place, arena);
    if (!key.data)
        return ERR_NOMEM;
    rc =
        number_of(&b->patterns, key, b->pattern_count, &word->pattern, &is_new);
    if (rc || !is_new)
        return rc;
    if ((rc = GROW(b, pattern)))
        return rc;
    rc = inflect(word->written, lang, place, &b->out->arena, &written);
    if (rc)
        return rc;
    b->pattern[b->pattern_count++] =
        (struct pattern){.lang = lang, .written = written};
    return fill_pattern(b, word->pattern, word);
}

/* --- names --- */

static int child_of(struct builder *b, uint32_t node, uint32_t pattern,
                    uint32_t *child)
{
    uint32_t pair[2] = {node, pattern};
    bool is_new;
    int rc =
        number_of(&b->edges, (struct slice){(const uint8_t *)pair, sizeof pair},
                  b->edge_count + 1, child, &is_new);
    if (rc || !is_new)
        return rc;
    if ((rc = GROW(b, edge)))
        return rc;
    b->edge[b->edge_count++] = (struct edge){node, pattern, *child};
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
        rc = pattern_of(b, alias->lang, place, &word[i], arena);
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
            rc = form_number(b, word, &form);
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

/* --- the tables --- */

static uint32_t power_of_two_over(size_t n)
{
    uint32_t size = 64;
    while (size < n && size < UINT32_C(1) << 30)
        size *= 2;
    return size;
}

static int make_nodes(struct builder *b)
{
    struct recogniser *r = b->out;
    r->node_count = b->edge_count + 1;
    r->node = arena_array(&r->arena, struct node, r->node_count);
    r->name =
        arena_array(&r->arena, struct name, b->name_count ? b->name_count : 1);
    if (!r->node || !r->name)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->edge_count; i++)
        r->node[b->edge[i].node].inner = true;
    for (size_t i = 0; i < b->name_count; i++)
        r->node[b->name[i].node].name_count++;
    uint32_t first = 0;
    for (size_t i = 0; i < r->node_count; i++) {
        r->node[i].first_name = first;
        first += r->node[i].name_count;
        r->node[i].name_count = 0;
    }
    for (size_t i = 0; i < b->name_count; i++) {
        struct node *node = &r->node[b->name[i].node];
        r->name[node->first_name + node->name_count++] = b->name[i].name;
    }
    r->name_count = b->name_count;
    return ERR_OK;
}

static int make_edges(struct builder *b)
{
    struct recogniser *r = b->out;
    uint32_t size = power_of_two_over(b->edge_count * 2 + 1);
    r->edge_mask = size - 1;
    r->edge = arena_array(&r->arena, struct edge, size);
    if (!r->edge)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->edge_count; i++) {
        struct edge edge = b->edge[i];
        uint32_t at = edge_hash(edge.node, edge.pattern) & r->edge_mask;
        while (r->edge[at].to != NO_NODE)
            at = (at + 1) & r->edge_mask;
        r->edge[at] = edge;
    }
    return ERR_OK;
}

static int make_forms(struct builder *b)
{
    struct recogniser *r = b->out;
    uint32_t first = 0;
    r->form_count = b->form_count;
    r->form = arena_copy(&r->arena, b->form, b->form_count * sizeof *r->form);
    r->use = arena_array(&r->arena, struct form_use,
                         b->use_count ? b->use_count : 1);
    r->pattern_count = b->pattern_count;
    r->pattern = arena_copy(&r->arena, b->pattern,
                            b->pattern_count * sizeof *r->pattern);
    if (!r->form || !r->use || !r->pattern)
        return ERR_NOMEM;
    for (size_t i = 0; i < b->use_count; i++)
        r->form[b->use[i].form].use_count++;
    for (size_t i = 0; i < r->form_count; i++) {
        r->form[i].first_use = first;
        first += r->form[i].use_count;
        r->form[i].use_count = 0;
    }
    for (size_t i = 0; i < b->use_count; i++) {
        struct use_of_form use = b->use[i];
        struct form *form = &r->form[use.form];
        r->use[form->first_use + form->use_count++] = (struct form_use){
            use.pattern, find_child(r, 0, use.pattern), use.inflected};
    }
    return ERR_OK;
}

static int make_filter(struct recogniser *r, struct filter *filter, size_t keys)
{
    uint32_t bits = power_of_two_over(keys * BITS_PER_KEY);
    filter->mask = bits / 64 - 1;
    filter->word = arena_array(&r->arena, uint64_t, bits / 64);
    return filter->word ? ERR_OK : ERR_NOMEM;
}

/* Only counted while there is no filter. */
static void add_key(struct filter *filter, size_t *count, uint64_t key)
{
    if (filter->word)
        filter->word[(uint32_t)(key >> 32) & filter->mask] |= filter_bits(key);
    else
        ++*count;
}

/* `second` NULL: the first word is a name. */
static void add_start(struct recogniser *r, size_t count[START_KINDS],
                      enum start_kind kind, struct slice first,
                      const struct slice_list *second)
{
    uint64_t hash = form_hash(first);
    if (!second)
        add_key(&r->starts[kind], &count[kind], start_key(hash));
    for (size_t i = 0; second && i < second->count; i++)
        add_key(&r->starts[kind], &count[kind],
                pair_key(hash, form_hash(second->item[i])));
}

static bool beyond_ascii(struct slice form)
{
    return form.len && form.data[0] >= 0x80;
}

/* What an edge from the root, or one behind that, says of how names begin. */
static void add_starts(struct builder *b, const struct edge *edge,
                       const bool *small, size_t count[START_KINDS])
{
    struct recogniser *r = b->out;
    const struct edge *before = edge->node ? &b->edge[edge->node - 1] : NULL;
    uint32_t first = before ? before->pattern : edge->pattern;
    const struct slice_list *forms = &r->pattern[first].folded;
    const struct slice_list *second =
        before ? &r->pattern[edge->pattern].folded : NULL;
    bool begins = before || r->node[edge->to].name_count;
    for (size_t i = 0; i < forms->count; i++) {
        struct slice form = forms->item[i];
        if (beyond_ascii(form) && !before)
            add_start(r, count, START_BEYOND, form, NULL);
        if (beyond_ascii(form) || !begins)
            continue;
        add_start(r, count, START_OTHER, form, second);
        if (small[edge->to])
            add_start(r, count, START_SMALL, form, second);
    }
}

static void add_all_starts(struct builder *b, const bool *small,
                           size_t count[START_KINDS])
{
    for (size_t i = 0; i < b->edge_count; i++) {
        const struct edge *edge = &b->edge[i];
        if (edge->node == 0 || b->edge[edge->node - 1].node == 0)
            add_starts(b, edge, small, count);
    }
}

/* Names that may begin with a small letter, by the node of their second word. */
static void find_small(const struct builder *b, bool *small)
{
    for (size_t i = 0; i < b->name_count; i++) {
        const struct name *name = &b->name[i].name;
        uint8_t letter = name->word[0].written.data[0];
        if ((!name->capitals && !name->is_short) || letter < 'A' ||
            letter > 'Z')
            small[b->name[i].second] = true;
    }
}

static int make_starts(struct builder *b)
{
    struct recogniser *r = b->out;
    size_t count[START_KINDS] = {0};
    bool *small = mem_alloc(r->node_count * sizeof *small);
    int rc = small ? ERR_OK : ERR_NOMEM;
    if (rc)
        return rc;
    memset(small, 0, r->node_count * sizeof *small);
    find_small(b, small);
    add_all_starts(b, small, count);
    for (size_t i = 0; !rc && i < START_KINDS; i++)
        rc = make_filter(r, &r->starts[i], count[i]);
    if (!rc)
        add_all_starts(b, small, count);
    mem_free(small);
    return rc;
}

static int make_places(struct recogniser *r)
{
    uint32_t size = power_of_two_over(r->form_count * PLACES_PER_FORM + 1);
    r->place_mask = size - 1;
    r->place = arena_alloc_unset(&r->arena, size * sizeof *r->place);
    if (!r->place || make_filter(r, &r->nears, r->near_count))
        return ERR_NOMEM;
    for (uint32_t i = 0; i < size; i++)
        r->place[i] = (struct form_place){0, NO_FORM};
    for (size_t i = 0; i < r->form_count; i++) {
        uint64_t hash = form_hash(r->form[i].text);
        uint32_t at = (uint32_t)hash & r->place_mask;
        while (r->place[at].form != NO_FORM)
            at = (at + 1) & r->place_mask;
        r->place[at] = (struct form_place){(uint32_t)(hash >> 32), (uint32_t)i};
        if (r->form[i].near != NO_FORM)
            add_key(&r->nears, NULL, start_key(hash));
    }
    return ERR_OK;
}

static int build(struct builder *b)
{
    int rc = add_names(b);
    if (!rc)
        rc = add_neighbours(b);
    if (!rc)
        rc = make_nodes(b);
    if (!rc)
        rc = make_edges(b);
    if (!rc)
        rc = make_forms(b);
    if (!rc)
        rc = make_places(b->out);
    if (!rc)
        rc = make_starts(b);
    return rc;
}

static void release(struct builder *b)
{
    hash_map_release(&b->forms);
    hash_map_release(&b->patterns);
    hash_map_release(&b->edges);
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
    hash_map_init(&b.forms);
    hash_map_init(&b.patterns);
    hash_map_init(&b.edges);
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
    arena_reset(&recogniser->arena);
    mem_free(recogniser);
}
