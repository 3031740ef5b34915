/* Lists of stems, of words without one, and of fields. What a word is scored by has the
 * documents of its forms, and their frequencies added up: so its list is made of theirs,
 * which have just been written, and not of tokens.
 *
 * A run is the documents and frequencies of a word. Runs stand one behind the other, where the
 * occurrences of the words stood: a posting takes no more room than these.
 */
#include "engine/native/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>

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
int begin_runs(struct inversion *inv, uint32_t *row, struct err *err)
{
    const struct term_forms *forms = &inv->forms;
    inv->run = row;
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
              const struct postings_list *list)
{
    unsigned shift = run_shift(inv);
    uint32_t most = (UINT32_C(1) << shift) - 1;
    uint32_t *to = inv->run + (number ? inv->run_end[number - 1] : 0);
    uint32_t count = inv->run_end[number] == NO_LIST ? 0 : list->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t frequency = list->frequency[i];
        bool fits = frequency < most;
        to[0] = list->doc[i] << shift | (fits ? frequency : most);
        to++;
        if (!fits)
            *to++ = frequency;
    }
    inv->run_end[number] = (uint32_t)(to - inv->run);
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
    struct inversion *inv;
    uint32_t *frequency;
    uint64_t *some, *any;
    uint32_t anys;
    uint32_t *map; /* by document: of its language */
};

static int sum_open(struct sum *sum, struct inversion *inv, struct err *err)
{
    uint32_t words = inv->docs / BITS + 1;
    *sum = (struct sum){
        .inv = inv,
        .frequency = arena_array(&inv->arena, uint32_t, inv->docs),
        .some = arena_array(&inv->arena, uint64_t, words),
        .anys = words / BITS + 1,
        .map = arena_array(&inv->arena, uint32_t, inv->docs),
    };
    sum->any = arena_array(&inv->arena, uint64_t, sum->anys);
    if (!sum->frequency || !sum->some || !sum->any || !sum->map)
        return no_memory(err);
    for (doc_id doc = 0; doc < inv->docs; doc++)
        sum->map[doc] = inv->article[doc]->map;
    return ERR_OK;
}

/* The postings of a word in the articles of one map. */
static void add_run(struct sum *sum, uint32_t number, uint32_t map)
{
    const struct inversion *inv = sum->inv;
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
        if (!all && sum->map[doc] != map)
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

static int add_forms(struct sum *sum, uint32_t rank, struct postings_list *out,
                     struct err *err)
{
    struct inversion *inv = sum->inv;
    const struct term_forms *forms = &inv->forms;
    uint64_t postings = 0;
    for (uint32_t f = first_form(inv, rank); f < forms->end[rank]; f++)
        postings += inv->listed[forms->form[f]].docs;
    int rc = list_room_for(
        &inv->room, postings < inv->docs ? (uint32_t)postings : inv->docs, err);
    if (rc)
        return rc;
    for (uint32_t f = first_form(inv, rank); f < forms->end[rank]; f++)
        add_run(sum, forms->form[f], forms->map[f]);
    *out = take_sum(sum, &inv->room);
    return ERR_OK;
}

/* --- fields: documents one list behind the other, from first_field on --- */

struct field_rows {
    uint32_t *end; /* by rank: as in inverter_lists.c */
    doc_id *doc;
};

static bool is_field(const struct inversion *inv, uint32_t rank)
{
    return first_form(inv, rank) == inv->forms.end[rank];
}

static int fill_fields(const struct inversion *inv, struct field_rows *rows,
                       struct err *err)
{
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
                                       const struct field_rows *rows,
                                       uint32_t rank)
{
    uint32_t count = occurrences_of(inv, rank);
    return (struct postings_list){.doc = rows->doc + rows->end[rank] - count,
                                  .count = count,
                                  .total = count};
}

/* --- all of them, in the order of the dictionary --- */

static int write_other(struct sum *sum, const struct field_rows *fields,
                       uint32_t rank, struct err *err)
{
    struct inversion *inv = sum->inv;
    struct slice term = other_term(inv->inverter, inv->others.id[rank]);
    enum term_class class = (enum term_class)term.data[0];
    struct term_entry entry;
    struct postings_list list;
    int rc = ERR_OK;
    if (is_shared(inv, rank)) {
        entry = shared_entry(inv, inv->forms.only[rank], class,
                             occurrences_of(inv, rank));
    } else {
        if (is_field(inv, rank))
            list = field_list(inv, fields, rank);
        else
            rc = add_forms(sum, rank, &list, err);
        if (rc == ERR_OK)
            rc = postings_put(inv->postings, class, &list, &entry, err);
    }
    return rc ? rc : dictionary_add(inv->dictionary, term, &entry, err);
}

int invert_others(struct inversion *inv, struct err *err)
{
    struct sum sum;
    struct field_rows fields = {0};
    int rc = sum_open(&sum, inv, err);
    if (rc == ERR_OK)
        rc = fill_fields(inv, &fields, err);
    for (uint32_t i = 0; rc == ERR_OK && i < inv->others.count; i++) {
        fetch_ahead(&inv->inverter->others, &inv->others, i);
        rc = write_other(&sum, &fields, i, err);
    }
    mem_free(fields.end);
    mem_free(fields.doc);
    mem_free(inv->run);
    inv->run = NULL;
    return rc;
}
