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
    /* One in fifty keys that are not in a filter passes it. */
    BITS_PER_KEY = 12,
    FIRST_CAPACITY = 1 << 14,
    FIRST_PLACES = 1 << 16,
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
    struct hash_map patterns; /* of words with inflections, to numbers */
    struct form *form;
    struct pattern *pattern;
    struct use_of_form *use;
    struct placed_name *name;
    struct edge *edge; /* that to node n has number n - 1 */
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
#define TABLE_MAX (UINT32_C(1) << 30)
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

/* The place of `form`, or the empty one that will be its. */
static void put_place(struct recogniser *r, struct form_place form)
{
    uint32_t at = form.tag & r->place_mask;
    while (r->place[at].form != NO_FORM)
        at = (at + 1) & r->place_mask;
    r->place[at] = form;
}

/* Room for one more form; half of the table stays empty. */
static int grow_places(struct builder *b)
{
    struct recogniser *r = b->out;
    struct form_place *old = r->place;
    uint32_t old_size = old ? r->place_mask + 1 : 0;
    if (b->form_count < old_size / 2)
        return ERR_OK;
    uint32_t size = old ? old_size * 2 : FIRST_PLACES;
    if (size > TABLE_MAX)
        return ERR_LIMIT;
    struct form_place *place = mem_alloc(size * sizeof *place);
    if (!place)
        return ERR_NOMEM;
    r->place = place;
    r->place_mask = size - 1;
    memset(place, 0xff, size * sizeof *place); /* NO_FORM */
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i].form != NO_FORM)
            put_place(r, old[i]);
    mem_free(old);
    return ERR_OK;
}

static int form_number(struct builder *b, struct slice text, uint32_t *out)
{
    struct recogniser *r = b->out;
    uint64_t hash = form_hash(text);
    int rc = grow_places(b);
    if (rc)
        return rc;
    uint32_t tag = (uint32_t)(hash >> 32), at = tag & r->place_mask;
    while (r->place[at].form != NO_FORM &&
           !(r->place[at].tag == tag &&
             slice_eq(b->form[r->place[at].form].text, text)))
        at = (at + 1) & r->place_mask;
    *out = r->place[at].form;
    if (*out != NO_FORM)
        return ERR_OK;
    if ((rc = GROW(b, form)))
        return rc;
    struct form *form = &b->form[b->form_count];
    *form = (struct form){.near = NO_FORM, .plain = NO_FORM};
    rc = arena_copy_slice(&r->arena, text, &form->text);
    if (rc)
        return rc;
    *out = (uint32_t)b->form_count++;
    r->place[at] = (struct form_place){tag, *out};
    return ERR_OK;
}

/* `form` is one more of the pattern. */
static int add_use(struct builder *b, uint32_t number, uint32_t form,
                   bool inflected)
{
    struct pattern *pattern = &b->pattern[number];
    int rc = GROW(b, use);
    if (rc)
        return rc;
    b->use[b->use_count++] = (struct use_of_form){form, number, inflected};
    pattern->folded.item[pattern->folded.count++] = b->form[form].text;
    return ERR_OK;
}

/* The inflected form, unless it is known as one of the pattern. */
static int add_inflected(struct builder *b, uint32_t number,
                         struct slice written)
{
    struct slice folded;
    uint32_t form;
    int rc = fold_word(written, &b->out->arena, &folded);
    if (!rc)
        rc = form_number(b, folded, &form);
    if (rc)
        return rc;
    const struct slice_list *known = &b->pattern[number].folded;
    for (size_t i = 0; i < known->count; i++)
        if (known->item[i].data == b->form[form].text.data)
            return ERR_OK;
    return add_use(b, number, form, true);
}

/* A pattern whose first form is `form`. */
static int new_pattern(struct builder *b, struct slice lang,
                       struct slice_list written, uint32_t form)
{
    uint32_t number = (uint32_t)b->pattern_count;
    int rc = GROW(b, pattern);
    if (rc)
        return rc;
    struct pattern *pattern = &b->pattern[number];
    *pattern = (struct pattern){.lang = lang, .written = written};
    pattern->folded.item = arena_alloc_unset(
        &b->out->arena, (written.count + 1) * sizeof(struct slice));
    if (!pattern->folded.item)
        return ERR_NOMEM;
    b->pattern_count++;
    rc = add_use(b, number, form, false);
    for (size_t i = 0; !rc && i < written.count; i++)
        rc = add_inflected(b, number, written.item[i]);
    return rc;
}

/* Words without inflections are the same in all languages, in capitals or not, everywhere
 * in a name. */
static int plain_pattern(struct builder *b, struct name_word *word)
{
    uint32_t form;
    int rc = form_number(b, word->folded, &form);
    if (rc)
        return rc;
    if (b->form[form].plain == NO_FORM) {
        b->form[form].plain = (uint32_t)b->pattern_count;
        rc = new_pattern(b, (struct slice){0}, (struct slice_list){0}, form);
    }
    word->pattern = b->form[form].plain;
    return rc;
}

/* What tells the others apart. */
static struct slice pattern_key(const struct name_word *word, struct slice lang,
                                unsigned place, struct arena *arena)
{
    struct slice text = word->written;
    uint8_t *key = arena_alloc_unset(arena, text.len + lang.len + 1);
    if (!key)
        return (struct slice){0};
    key[0] = (uint8_t)(lang.len << 2 | place);
    memcpy(key + 1, lang.data, lang.len);
    memcpy(key + 1 + lang.len, text.data, text.len);
    return (struct slice){key, 1 + lang.len + text.len};
}

static int pattern_of(struct builder *b, struct slice lang, unsigned place,
                      struct name_word *word, struct arena *arena)
{
    struct slice_list written = {0};
    uint32_t form;
    if (!inflects(lang))
        return plain_pattern(b, word);
    struct slice key = pattern_key(word, lang, place, arena);
    if (!key.data)
        return ERR_NOMEM;
    const uint64_t *known = hash_map_get(&b->patterns, key);
    word->pattern = (uint32_t)(known ? *known : b->pattern_count);
    if (known)
        return ERR_OK;
    int rc = hash_map_put(&b->patterns, key, b->pattern_count, NULL);
    if (!rc)
        rc = form_number(b, word->folded, &form);
    if (!rc)
        rc = inflect(word->written, lang, place, &b->out->arena, &written);
    return rc ? rc : new_pattern(b, lang, written, form);
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

/* As grow_places(). */
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
            use.pattern, r->pattern[use.pattern].start, use.inflected};
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

static void add_key(struct filter *filter, uint64_t key)
{
    filter->word[(uint32_t)(key >> 32) & filter->mask] |= filter_bits(key);
}

/* Only counted while there is no filter. `second` NULL: the first word is a name. */
static void add_start(struct recogniser *r, size_t count[START_KINDS],
                      enum start_kind kind, struct slice first,
                      const struct slice_list *second)
{
    struct filter *filter = &r->starts[kind];
    if (!filter->word) {
        count[kind] += second ? second->count : 1;
        return;
    }
    uint64_t hash = form_hash(first);
    if (!second)
        add_key(filter, start_key(hash));
    for (size_t i = 0; second && i < second->count; i++)
        add_key(filter, pair_key(hash, form_hash(second->item[i])));
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

static int make_nears(struct recogniser *r)
{
    int rc = make_filter(r, &r->nears, r->near_count);
    for (size_t i = 0; !rc && i < r->form_count; i++)
        if (r->form[i].near != NO_FORM)
            add_key(&r->nears, start_key(form_hash(r->form[i].text)));
    return rc;
}

static int build(struct builder *b)
{
    int rc = grow_places(b);
    if (!rc)
        rc = grow_edges(b);
    if (!rc)
        rc = add_names(b);
    if (!rc)
        rc = add_neighbours(b);
    if (!rc)
        rc = make_nodes(b);
    if (!rc)
        rc = make_forms(b);
    if (!rc)
        rc = make_nears(b->out);
    if (!rc)
        rc = make_starts(b);
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
