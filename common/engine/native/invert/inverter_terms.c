/* Which terms there are, in the order of the dictionary, and which forms have which stem. */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/stems.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to sort the words");
}

/* --- the order of terms --- */

static int make_terms(struct arena *arena, uint32_t ids,
                      struct sorted_terms *out, struct err *err)
{
    out->count = 0;
    out->id = arena_array(arena, uint32_t, ids);
    out->rank = arena_array(arena, uint32_t, ids);
    return out->id && out->rank ? ERR_OK : no_memory(err);
}

/* No text has a byte as small as TERM_JOINED, so by text and then by width is the order of
 * WORD terms, too. */
static int sort_vocabulary(const struct vocabulary *vocabulary,
                           struct arena *arena, struct sorted_terms *out,
                           struct err *err)
{
    uint32_t ids = vocabulary->count;
    int rc = make_terms(arena, ids, out, err);
    if (rc)
        return rc;
    for (uint32_t id = 0; id < ids; id++) {
        out->rank[id] = NO_LIST;
        if (out->occurrences[id])
            out->id[out->count++] = id;
    }
    if (vocabulary_sort(vocabulary, out->id, out->count))
        return no_memory(err);
    for (uint32_t i = 0; i < out->count; i++)
        out->rank[out->id[i]] = i;
    return ERR_OK;
}

/* In the order of the words. */
static int choose_caps(struct inversion *inv, struct err *err)
{
    uint32_t ids = inv->inverter->words.count;
    int rc = make_terms(&inv->arena, ids, &inv->caps, err);
    if (rc)
        return rc;
    inv->caps.occurrences = inv->inverter->caps;
    for (uint32_t id = 0; id < ids; id++)
        inv->caps.rank[id] = NO_LIST;
    for (uint32_t i = 0; i < inv->words.count; i++) {
        uint32_t id = inv->words.id[i];
        if (inv->inverter->caps[id] == 0)
            continue;
        inv->caps.rank[id] = inv->caps.count;
        inv->caps.id[inv->caps.count++] = id;
    }
    return ERR_OK;
}

static int count_occurrences(struct inversion *inv, struct err *err)
{
    const struct inverter *inverter = inv->inverter;
    uint32_t *word = arena_array(&inv->arena, uint32_t, inverter->words.count);
    uint32_t *other =
        arena_array(&inv->arena, uint32_t, inverter->others.count);
    if (!word || !other)
        return no_memory(err);
    for (uint32_t m = 0; m < inverter->map_capacity; m++) {
        const struct form_map *map = &inverter->maps[m];
        for (uint32_t id = 0; id < map->capacity; id++) {
            if (map->form[id].tokens == 0)
                continue;
            word[id] += map->form[id].tokens;
            other[map->form[id].score - 1] += map->form[id].tokens;
        }
    }
    for (doc_id doc = 0; doc < inv->docs; doc++)
        for (uint32_t i = inv->article[doc]->fields;
             i < inv->article[doc]->fields_end; i++)
            other[inverter->field_stream[i]]++;
    inv->words.occurrences = word;
    inv->others.occurrences = other;
    return ERR_OK;
}

int sort_words(struct inversion *inv, struct err *err)
{
    int rc = count_occurrences(inv, err);
    if (rc == ERR_OK)
        rc = sort_vocabulary(&inv->inverter->words, &inv->arena, &inv->words,
                             err);
    return rc ? rc : choose_caps(inv, err);
}

/* --- forms of stems --- */

/* Whether no other width of the form is in the segment: they would be neighbours. */
static bool is_alone(const struct inversion *inv, uint32_t number)
{
    const struct vocabulary *words = &inv->inverter->words;
    const uint32_t *id = inv->words.id;
    struct slice form = vocabulary_text(words, id[number]);
    return (number == 0 ||
            !slice_eq(vocabulary_text(words, id[number - 1]), form)) &&
           (number + 1 == inv->words.count ||
            !slice_eq(vocabulary_text(words, id[number + 1]), form));
}

/* What each word is scored by in the language of this map; NO_LIST where no live article of
 * it has the word. */
static uint32_t *ranks_of_map(struct inversion *inv, const struct form_map *map)
{
    uint32_t *rank =
        arena_array(&inv->others_arena, uint32_t, inv->words.count);
    for (uint32_t number = 0; rank && number < inv->words.count; number++) {
        uint32_t id = inv->words.id[number];
        rank[number] = id < map->capacity && map->form[id].tokens
                           ? inv->others.rank[map->form[id].score - 1]
                           : NO_LIST;
    }
    return rank;
}

typedef void (*form_visit)(struct inversion *inv, uint32_t rank,
                           uint32_t number, uint32_t map);

/* Each STEM or PLAIN term (`rank`) with each of its forms (`number`), those of a stem
 * rising: its language has one map. */
static void each_form(struct inversion *inv, form_visit visit)
{
    for (uint32_t m = 0; m <= inv->inverter->langs.count; m++) {
        const uint32_t *rank = inv->forms.rank[m];
        for (uint32_t number = 0; rank && number < inv->words.count; number++)
            if (rank[number] != NO_LIST)
                visit(inv, rank[number], number, m);
    }
}

static bool is_stem(const struct inversion *inv, uint32_t rank)
{
    return rank - inv->forms.stems < inv->forms.stem_count;
}

/* The first term of this class or of one behind it: the class is a term's first byte. */
static uint32_t first_of_class(const struct inversion *inv, uint8_t class)
{
    uint32_t from = 0, to = inv->others.count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (other_term(inv->inverter, inv->others.id[middle]).data[0] < class)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void count_form(struct inversion *inv, uint32_t rank, uint32_t number,
                       uint32_t map)
{
    struct term_forms *forms = &inv->forms;
    bool first = forms->end[rank]++ == 0;
    (void)map;
    forms->count++;
    if (is_stem(inv, rank))
        forms->only[rank] = first ? number : NO_LIST;
    else
        forms->only[rank] = is_alone(inv, number) ? number : NO_LIST;
}

/* `end` is where the next one goes; at last it is the end. */
static void put_form(struct inversion *inv, uint32_t rank, uint32_t number,
                     uint32_t map)
{
    uint32_t at = inv->forms.end[rank]++;
    inv->forms.form[at] = number;
    inv->forms.map[at] = map;
}

static int find_forms(struct inversion *inv, struct err *err)
{
    struct term_forms *forms = &inv->forms;
    struct arena *arena = &inv->others_arena;
    forms->end = arena_array(arena, uint32_t, inv->others.count);
    forms->only = arena_array(arena, uint32_t, inv->others.count);
    forms->rank = arena_array(arena, uint32_t *,
                              inv->inverter->langs.count + UINT64_C(1));
    if (!forms->end || !forms->only || !forms->rank)
        return no_memory(err);
    for (uint32_t m = 0; m <= inv->inverter->langs.count; m++) {
        if (m >= inv->inverter->map_capacity)
            break; /* not one article */
        forms->rank[m] = ranks_of_map(inv, &inv->inverter->maps[m]);
        if (!forms->rank[m])
            return no_memory(err);
    }
    for (uint32_t i = 0; i < inv->others.count; i++)
        forms->only[i] = NO_LIST;
    forms->stems = first_of_class(inv, TERM_STEM);
    forms->stem_count = first_of_class(inv, TERM_STEM + 1) - forms->stems;
    each_form(inv, count_form);
    forms->form = arena_array(arena, uint32_t, forms->count);
    forms->map = arena_array(arena, uint32_t, forms->count);
    if (!forms->form || !forms->map)
        return no_memory(err);
    uint32_t before = 0;
    for (uint32_t i = 0; i < inv->others.count; i++) {
        uint32_t count = forms->end[i];
        forms->end[i] = before;
        before += count;
    }
    each_form(inv, put_form);
    return ERR_OK;
}

/* While others walk over the stream. */
static int sort_others(struct list_maker *maker, const struct list_part *part,
                       struct term_entry *entry, struct err *err)
{
    struct inversion *inv = maker->inv;
    (void)part;
    (void)entry;
    int rc = sort_vocabulary(&inv->inverter->others, &inv->others_arena,
                             &inv->others, err);
    return rc ? rc : find_forms(inv, err);
}

int add_others_order(struct inversion *inv, struct err *err)
{
    return add_part(inv, &(struct list_part){.make = sort_others}, err);
}

int write_stems(const struct inversion *inv, struct err *err)
{
    struct stems_writer *stems;
    int rc = stems_writer_open(inv->segment, &stems, err);
    if (rc)
        return rc;
    uint32_t begin = 0;
    for (uint32_t i = 0; rc == ERR_OK && i < inv->others.count; i++) {
        uint32_t end = inv->forms.end[i];
        if (is_stem(inv, i))
            rc = stems_add(stems, inv->forms.form + begin, end - begin, err);
        begin = end;
    }
    if (rc == ERR_OK)
        rc = stems_finish(stems, err);
    stems_writer_close(stems);
    return rc;
}
