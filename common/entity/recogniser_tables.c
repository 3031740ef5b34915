/* The tables of names and of how they begin, from the lists of the builder. */
#include "base/err.h"
#include "base/mem.h"
#include "entity/recogniser_builder.h"

#include <string.h>

enum {
    /* One in fifty keys that are not in a filter passes it. */
    BITS_PER_KEY = 12,
};

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

int builder_tables(struct builder *b)
{
    int rc = make_nodes(b);
    if (!rc)
        rc = make_forms(b);
    if (!rc)
        rc = make_nears(b->out);
    if (!rc)
        rc = make_starts(b);
    return rc;
}
