/* Lists of stems, of words without one, and of fields. What a word is scored by has the
 * documents of its forms, and their frequencies added up: so its list is made of theirs,
 * which have just been written, and not of tokens.
 *
 * A run is the documents and frequencies of a word. Runs stand one behind the other, where the
 * occurrences of the words stood: a posting takes no more room than these.
 */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to invert the stems");
}

/* --- runs --- */

/* A posting is 32 bits: the document, and behind it the frequency; where that does not fit,
 * all ones, and it follows in 32 bits of its own. As 3 fits, that is of at least two
 * occurrences, each of which counts twice at most. */
_Static_assert(INVERTER_ARTICLES <= UINT32_C(1) << 30, "two bits are left");

/* Tests, which have small blocks, have frequencies that do not fit. */
enum { SHIFT_MOST = SEGMENT_BLOCK == 8 ? 2 : 16 };

static unsigned run_shift(const struct inversion *inv)
{
    unsigned free = (unsigned)__builtin_clz((inv->docs - 1) | 1);
    return free < SHIFT_MOST ? free : SHIFT_MOST;
}

static uint32_t occurrences_of(const struct inversion *inv, uint32_t rank)
{
    return inv->others.occurrences[inv->others.id[rank]];
}

static bool is_shared(const struct inversion *inv, uint32_t rank)
{
    uint32_t only = inv->forms.only[rank];
    return only != NO_LIST && shares_word(inv, only, occurrences_of(inv, rank));
}

static uint32_t first_form(const struct inversion *inv, uint32_t rank)
{
    return rank ? inv->forms.end[rank - 1] : 0;
}

/* Until the run is there, its end is NO_LIST for words that need none. */
int begin_runs(struct inversion *inv, struct err *err)
{
    const struct term_forms *forms = &inv->forms;
    inv->run_end = arena_array(&inv->arena, uint32_t, inv->words.count);
    if (!inv->run_end)
        return no_memory(err);
    for (uint32_t i = 0; i < inv->words.count; i++)
        inv->run_end[i] = NO_LIST;
    for (uint32_t i = 0; i < inv->others.count; i++) {
        if (is_shared(inv, i))
            continue;
        for (uint32_t f = first_form(inv, i); f < forms->end[i]; f++)
            inv->run_end[forms->form[f]] = 0;
    }
    return ERR_OK;
}

void keep_run(struct inversion *inv, uint32_t number,
              const struct postings_list *list, uint32_t *at)
{
    unsigned shift = run_shift(inv);
    uint32_t most = (UINT32_C(1) << shift) - 1;
    uint32_t *to = inv->run + *at;
    uint32_t count = inv->run_end[number] == NO_LIST ? 0 : list->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t frequency = list->frequency[i];
        bool fits = frequency < most;
        to[0] = list->doc[i] << shift | (fits ? frequency : most);
        to++;
        if (!fits)
            *to++ = frequency;
    }
    inv->run_end[number] = *at = (uint32_t)(to - inv->run);
}

void join_runs(struct inversion *inv, uint32_t from, uint32_t to, uint32_t at)
{
    uint32_t end = from ? inv->run_end[from - 1] : 0, gap = at - end;
    if (gap == 0)
        return;
    memmove(inv->run + end, inv->run + at,
            (inv->run_end[to - 1] - at) * sizeof *inv->run);
    for (uint32_t i = from; i < to; i++)
        inv->run_end[i] -= gap;
}

/* What is not needed of them is given back. */
int end_runs(struct inversion *inv, struct err *err)
{
    size_t count = inv->words.count ? inv->run_end[inv->words.count - 1] : 0;
    uint32_t *run = mem_realloc(inv->run, (count + 1) * sizeof *run);
    if (!run)
        return no_memory(err);
    inv->run = run;
    return ERR_OK;
}

/* --- the sum of some runs --- */

enum { BITS = 64 };

/* Frequencies by document, and which are not zero: a bit a document, and a bit for each
 * BITS of those. */
struct sum {
    uint32_t *frequency;
    uint64_t *some, *any;
    uint32_t anys;
};

static int sum_open(struct inversion *inv, struct sum **out, struct err *err)
{
    uint32_t words = inv->docs / BITS + 1;
    struct sum *sum = *out = arena_new(&inv->arena, struct sum);
    if (!sum)
        return no_memory(err);
    *sum = (struct sum){
        .frequency = arena_array(&inv->arena, uint32_t, inv->docs),
        .some = arena_array(&inv->arena, uint64_t, words),
        .anys = words / BITS + 1,
    };
    sum->any = arena_array(&inv->arena, uint64_t, sum->anys);
    return sum->frequency && sum->some && sum->any ? ERR_OK : no_memory(err);
}

/* The postings of a word in the articles of one map. */
static void add_run(const struct inversion *inv, struct sum *sum,
                    uint32_t number, uint32_t map)
{
    const uint32_t *at = inv->run + (number ? inv->run_end[number - 1] : 0);
    const uint32_t *end = inv->run + inv->run_end[number];
    unsigned shift = run_shift(inv);
    uint32_t most = (UINT32_C(1) << shift) - 1;
    uint32_t id = inv->words.id[number];
    bool all =
        inv->inverter->maps[map].form[id].tokens == inv->words.occurrences[id];
    while (at < end) {
        doc_id doc = *at >> shift;
        uint32_t frequency = *at++ & most;
        if (frequency == most)
            frequency = *at++;
        if (!all && inv->map[doc] != map)
            continue;
        sum->frequency[doc] += frequency;
        sum->some[doc / BITS] |= UINT64_C(1) << doc % BITS;
        sum->any[doc / BITS / BITS] |= UINT64_C(1) << doc / BITS % BITS;
    }
}

static unsigned take_bit(uint64_t *bits)
{
    unsigned bit = (unsigned)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return bit;
}

/* The list; the sum is zero again. */
static struct postings_list take_sum(struct sum *sum, struct list_room *room)
{
    uint32_t count = 0;
    uint64_t total = 0;
    for (uint32_t i = 0; i < sum->anys; i++)
        while (sum->any[i]) {
            uint32_t word = i * BITS + take_bit(&sum->any[i]);
            uint64_t some = sum->some[word];
            sum->some[word] = 0;
            while (some) {
                doc_id doc = word * BITS + take_bit(&some);
                room->doc[count] = doc;
                room->frequency[count++] = sum->frequency[doc];
                total += sum->frequency[doc];
                sum->frequency[doc] = 0;
            }
        }
    return (struct postings_list){.doc = room->doc,
                                  .frequency = room->frequency,
                                  .count = count,
                                  .total = total};
}

static uint64_t postings_of_forms(const struct inversion *inv, uint32_t rank)
{
    const struct term_forms *forms = &inv->forms;
    uint64_t postings = 0;
    for (uint32_t f = first_form(inv, rank); f < forms->end[rank]; f++)
        postings += inv->listed[forms->form[f]].docs;
    return postings;
}

static int add_forms(struct list_maker *maker, uint32_t rank,
                     struct postings_list *out, struct err *err)
{
    const struct inversion *inv = maker->inv;
    const struct term_forms *forms = &inv->forms;
    uint64_t postings = postings_of_forms(inv, rank);
    int rc = list_room_for(
        &maker->room, postings < inv->docs ? (uint32_t)postings : inv->docs,
        err);
    if (rc)
        return rc;
    for (uint32_t f = first_form(inv, rank); f < forms->end[rank]; f++)
        add_run(inv, maker->sum, forms->form[f], forms->map[f]);
    *out = take_sum(maker->sum, &maker->room);
    return ERR_OK;
}

/* --- fields: documents one list behind the other, from first_field on --- */

static bool is_field(const struct inversion *inv, uint32_t rank)
{
    return first_form(inv, rank) == inv->forms.end[rank];
}

static int fill_fields(struct inversion *inv, struct err *err)
{
    struct field_rows *rows = &inv->fields;
    uint32_t taken = 0;
    rows->end = mem_alloc((inv->others.count + (size_t)1) * sizeof *rows->end);
    if (!rows->end)
        return no_memory(err);
    for (uint32_t i = 0; i < inv->others.count; i++) {
        rows->end[i] = taken;
        taken += is_field(inv, i) ? occurrences_of(inv, i) : 0;
    }
    rows->doc = mem_alloc((taken + (size_t)1) * sizeof *rows->doc);
    if (!rows->doc)
        return no_memory(err);
    for (doc_id doc = 0; doc < inv->docs; doc++) {
        const struct inverted *article = inv->article[doc];
        for (uint32_t i = article->fields; i < article->fields_end; i++) {
            uint32_t rank = inv->others.rank[inv->inverter->field_stream[i]];
            rows->doc[rows->end[rank]++] = doc;
        }
    }
    return ERR_OK;
}

static struct postings_list field_list(const struct inversion *inv,
                                       uint32_t rank)
{
    const struct field_rows *rows = &inv->fields;
    uint32_t count = occurrences_of(inv, rank);
    return (struct postings_list){.doc = rows->doc + rows->end[rank] - count,
                                  .count = count,
                                  .total = count};
}

/* --- all of them, in the order of the dictionary --- */

static struct slice term_of(const struct inversion *inv, uint32_t rank)
{
    return other_term(inv->inverter, inv->others.id[rank]);
}

static int make_others(struct list_maker *maker, const struct list_part *part,
                       struct term_entry *entry, struct err *err)
{
    const struct inversion *inv = maker->inv;
    int rc = ERR_OK;
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++, entry++) {
        struct postings_list list;
        if (is_shared(inv, i))
            continue;
        if (is_field(inv, i))
            list = field_list(inv, i);
        else
            rc = add_forms(maker, i, &list, err);
        if (rc == ERR_OK)
            rc = postings_put(maker->postings,
                              (enum term_class)term_of(inv, i).data[0], &list,
                              entry, err);
    }
    return rc;
}

static int take_others(struct inversion *inv, const struct list_part *part,
                       struct term_entry *entry, struct list_base base,
                       struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++, entry++) {
        fetch_ahead(&inv->inverter->others, &inv->others, i);
        struct slice term = term_of(inv, i);
        if (is_shared(inv, i))
            *entry = shared_entry(inv, inv->forms.only[i],
                                  (enum term_class)term.data[0],
                                  occurrences_of(inv, i));
        else
            move_list(&entry->place, base, false);
        rc = dictionary_add(inv->dictionary, term, entry, err);
    }
    return rc;
}

static struct term_weight weigh_other(const struct inversion *inv,
                                      uint32_t rank)
{
    return (struct term_weight){
        is_shared(inv, rank) ? 0 : occurrences_of(inv, rank), 0};
}

int begin_others(struct inversion *inv, struct err *err)
{
    int rc = fill_fields(inv, err);
    inv->map = arena_array(&inv->arena, uint32_t, inv->docs);
    if (rc == ERR_OK && !inv->map)
        rc = no_memory(err);
    for (doc_id doc = 0; rc == ERR_OK && doc < inv->docs; doc++)
        inv->map[doc] = inv->article[doc]->map;
    for (unsigned i = 0; rc == ERR_OK && i < inv->threads; i++)
        rc = sum_open(inv, &inv->maker[i].sum, err);
    return rc;
}

int add_others_parts(struct inversion *inv, struct err *err)
{
    return add_parts(
        inv, &(struct list_part){.make = make_others, .take = take_others},
        inv->others.count, weigh_other, err);
}

void end_others(struct inversion *inv)
{
    mem_free(inv->fields.end);
    mem_free(inv->fields.doc);
    mem_free(inv->run);
    mem_free(inv->caps_row);
    inv->run = inv->caps_row = NULL;
    inv->fields = (struct field_rows){0};
}
