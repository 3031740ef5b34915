/* Lists of words: the articles are walked in the order of doc ids, and each token goes to
 * the end of its list. The sizes of the lists are known, so they stand one behind the other
 * in one array, without gaps. Where a list has been written, what others are made
 * of takes its place: inverter_others.c.
 */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to invert the words");
}

/* --- occurrences: a spot each, and whether it is in capitals --- */

#define FLAG (UINT32_C(1) << 31)
_Static_assert(STREAM_CAPS << 1 == FLAG, "moved by one bit");
_Static_assert(INVERTER_SPOTS <= FLAG, "a free bit");

struct rows {
    struct inversion *inv;
    uint32_t
        *end; /* by number of the word: where its list ends, and while it is
                      filled, where its next occurrence goes */
    uint32_t *row;
};

/* An occurrence on its way to its list. */
struct pick {
    uint32_t number; /* of the word */
    uint32_t occurrence;
};

/* Occurrences go to their lists some dozens at a time, so that the ends of these are
 * fetched side by side, while those before them are put there. */
enum { PICKS = 64 };
struct picks {
    struct pick pick[2][PICKS];
    size_t count; /* of pick[now] */
    unsigned now;
    size_t before; /* of the other ones, which are fetched */
};

static void put_before(struct rows *rows, struct picks *picks)
{
    const struct pick *pick = picks->pick[!picks->now];
    for (size_t i = 0; i < picks->before; i++)
        rows->row[rows->end[pick[i].number]++] = pick[i].occurrence;
}

static void turn_picks(struct rows *rows, struct picks *picks)
{
    const struct pick *pick = picks->pick[picks->now];
    for (size_t i = 0; i < picks->count; i++)
        __builtin_prefetch(&rows->row[rows->end[pick[i].number]], 1);
    put_before(rows, picks);
    picks->before = picks->count;
    picks->count = 0;
    picks->now = !picks->now;
}

/* The numbers in the stream give way to those of WORD terms. */
static void scan_article(struct rows *rows, struct picks *picks, doc_id doc)
{
    const struct inversion *inv = rows->inv;
    const struct inverted *article = inv->article[doc];
    const uint32_t *rank = inv->words.rank;
    uint32_t *at = inv->inverter->stream + article->stream;
    uint32_t *end = inv->inverter->stream + article->stream_end;
    uint32_t spot = inv->span[doc].spot, next = spot - 1;
    for (; at < end; at++) {
        if (__builtin_expect(*at == STREAM_JUMP, 0)) {
            next = spot + at[1] - 1;
            at += 2;
        }
        uint32_t token = *at, number = rank[token & STREAM_ID];
        *at = (token & ~(uint32_t)STREAM_ID) | number;
        next += !(token & STREAM_STAYS);
        picks->pick[picks->now][picks->count++] =
            (struct pick){number, next | (token & STREAM_CAPS) << 1};
        __builtin_prefetch(&rows->end[number], 1);
        if (__builtin_expect(picks->count == PICKS, 0))
            turn_picks(rows, picks);
    }
}

static void scan(struct rows *rows)
{
    struct picks picks = {.count = 0};
    for (doc_id doc = 0; doc < rows->inv->docs; doc++) {
        fetch_articles(rows->inv, doc);
        scan_article(rows, &picks, doc);
    }
    turn_picks(rows, &picks);
    turn_picks(rows, &picks);
}

static int lay_out(struct rows *rows, struct err *err)
{
    const struct sorted_terms *words = &rows->inv->words;
    uint32_t taken = 0;
    rows->end = mem_alloc((words->count + (size_t)1) * sizeof *rows->end);
    if (!rows->end)
        return no_memory(err);
    for (uint32_t number = 0; number < words->count; number++) {
        rows->end[number] = taken;
        taken += words->occurrences[words->id[number]];
    }
    rows->row = mem_alloc((taken + (size_t)1) * sizeof *rows->row);
    return rows->row ? ERR_OK : no_memory(err);
}

/* --- from spots to documents and positions --- */

/* The article of a spot; `doc` is not behind it. */
static doc_id doc_of_spot(const struct inversion *inv, doc_id doc,
                          uint32_t spot)
{
    doc_id least = inv->doc_of_spots[spot / SPOTS_A_MARK];
    if (least > doc)
        doc = least;
    while (spot >= inv->span[doc + 1].spot)
        doc++;
    return doc;
}

/* Room for a list of `count` documents and as many occurrences. */
int list_room_for(struct list_room *room, uint32_t count, struct err *err)
{
    uint64_t positions = UINT64_C(2) * count + 1; /* in the title twice */
    if (count <= room->capacity)
        return ERR_OK;
    list_room_release(room);
    uint32_t capacity = count < UINT32_MAX / 2 ? count * 2 : count;
    positions *= 2;
    room->doc = mem_alloc(capacity * sizeof *room->doc);
    room->frequency = mem_alloc(capacity * sizeof *room->frequency);
    room->gap = mem_alloc(positions * sizeof *room->gap);
    if (!room->doc || !room->frequency || !room->gap)
        return no_memory(err);
    room->capacity = capacity;
    return ERR_OK;
}

void list_room_release(struct list_room *room)
{
    mem_free(room->doc);
    mem_free(room->frequency);
    mem_free(room->gap);
    *room = (struct list_room){0};
}

/* A list from its occurrences: those in the title stand twice. */
static struct postings_list unfold(const struct inversion *inv,
                                   const uint32_t *row, uint32_t count,
                                   struct list_room *room)
{
    uint32_t *gap = room->gap, docs = 0, repeats = 0;
    uint32_t before = 0, title_end = 0, end = 0, first_gap = 0;
    doc_id doc = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t spot = row[i] & ~FLAG;
        if (spot >= end) {
            doc = doc_of_spot(inv, doc, spot);
            if (docs)
                room->frequency[docs - 1] =
                    (uint32_t)(gap - room->gap) - first_gap;
            first_gap = (uint32_t)(gap - room->gap);
            room->doc[docs++] = doc;
            before = inv->span[doc].spot;
            title_end = inv->span[doc].title_end;
            end = inv->span[doc + 1].spot;
        }
        bool in_title = spot < title_end;
        gap[0] = spot - before;
        gap[1] = 0;
        gap += in_title ? 2 : 1;
        repeats += in_title;
        before = spot;
    }
    uint32_t total = (uint32_t)(gap - room->gap);
    room->frequency[docs - 1] = total - first_gap;
    return (struct postings_list){.doc = room->doc,
                                  .frequency = room->frequency,
                                  .count = docs,
                                  .total = total,
                                  .gap = room->gap,
                                  .repeats = repeats};
}

static int find_spots(struct inversion *inv, struct err *err)
{
    inv->span =
        arena_array(&inv->arena, struct doc_span, inv->docs + UINT64_C(1));
    if (!inv->span)
        return no_memory(err);
    for (doc_id doc = 0; doc < inv->docs; doc++) {
        uint32_t spot = inv->span[doc].spot;
        inv->span[doc].title_end = spot + inv->title_ends[doc];
        inv->span[doc + 1].spot = spot + inv->article[doc]->positions;
    }
    uint32_t marks = inv->span[inv->docs].spot / SPOTS_A_MARK + 1;
    inv->doc_of_spots = arena_array(&inv->arena, doc_id, marks);
    if (!inv->doc_of_spots)
        return no_memory(err);
    doc_id doc = 0;
    for (uint32_t mark = 0; mark < marks; mark++) {
        while (doc < inv->docs &&
               inv->span[doc + 1].spot <= mark * SPOTS_A_MARK)
            doc++;
        inv->doc_of_spots[mark] = doc;
    }
    return ERR_OK;
}

/* --- words --- */

/* Occurrences of a word in capitals that have a list of their own. */
static uint32_t own_caps(const struct inversion *inv, uint32_t id)
{
    uint32_t caps = inv->caps.occurrences[id];
    return caps < inv->words.occurrences[id] ? caps : 0;
}

/* A word's occurrences in capitals are their list, if they are not all. Words and words in
 * capitals have one order: so the lists stand behind one another. */
static void keep_caps(struct inversion *inv, uint32_t number,
                      const uint32_t *row, uint32_t count)
{
    if (own_caps(inv, inv->words.id[number]) == 0)
        return;
    uint32_t *to = inv->caps_row + inv->caps_row_of[number];
    for (uint32_t i = 0; i < count; i++)
        if (row[i] & FLAG)
            *to++ = row[i];
}

static int make_word(struct list_maker *maker, uint32_t number,
                     struct term_entry *entry, uint32_t *run, struct err *err)
{
    struct inversion *inv = maker->inv;
    uint32_t count = inv->words.occurrences[inv->words.id[number]];
    const uint32_t *row = inv->run + inv->row_end[number] - count;
    int rc = list_room_for(&maker->room, count, err);
    if (rc)
        return rc;
    keep_caps(inv, number, row, count);
    struct postings_list list = unfold(inv, row, count, &maker->room);
    rc = postings_put(maker->postings, TERM_WORD, &list, entry, err);
    if (rc == ERR_OK)
        keep_run(inv, number, &list, run);
    return rc;
}

static int make_words(struct list_maker *maker, const struct list_part *part,
                      struct term_entry *entry, struct err *err)
{
    uint32_t run = part->row;
    int rc = ERR_OK;
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++)
        rc = make_word(maker, i, &entry[i - part->from], &run, err);
    return rc;
}

static int take_words(struct inversion *inv, const struct list_part *part,
                      struct term_entry *entry, struct list_base base,
                      struct err *err)
{
    int rc = ERR_OK;
    join_runs(inv, part->from, part->to, part->row);
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++, entry++) {
        struct term term;
        fetch_ahead(&inv->inverter->words, &inv->words, i);
        word_term(inv->inverter, TERM_WORD, inv->words.id[i], &term);
        move_list(&entry->place, base, true);
        inv->listed[i] =
            (struct listed){entry->place, (uint32_t)entry->counts.docs,
                            (uint32_t)entry->counts.frequency};
        rc = dictionary_add(inv->dictionary, term_slice(&term), entry, err);
    }
    return rc;
}

static struct term_weight weigh_word(const struct inversion *inv,
                                     uint32_t number)
{
    uint32_t count = inv->words.occurrences[inv->words.id[number]];
    return (struct term_weight){count, count};
}

static int make_caps_row(struct inversion *inv, struct err *err)
{
    uint32_t need = 0;
    inv->caps_row_of = arena_array(&inv->arena, uint32_t, inv->words.count);
    if (!inv->caps_row_of)
        return no_memory(err);
    for (uint32_t i = 0; i < inv->words.count; i++) {
        inv->caps_row_of[i] = need;
        need += own_caps(inv, inv->words.id[i]);
    }
    inv->caps_row = mem_alloc((need + (size_t)1) * sizeof *inv->caps_row);
    return inv->caps_row ? ERR_OK : no_memory(err);
}

/* As a part, which uses the inversion's arena: no other does beside it. */
static int walk_words(struct list_maker *maker, const struct list_part *part,
                      struct term_entry *entry, struct err *err)
{
    struct inversion *inv = maker->inv;
    struct rows rows = {.inv = inv};
    (void)part;
    (void)entry;
    int rc = find_spots(inv, err);
    if (rc == ERR_OK)
        rc = make_caps_row(inv, err);
    if (rc == ERR_OK)
        rc = lay_out(&rows, err);
    if (rc == ERR_OK)
        scan(&rows);
    inv->row_end = rows.end;
    inv->run = rows.row;
    return rc;
}

int add_words_walk(struct inversion *inv, struct err *err)
{
    return add_part(inv, &(struct list_part){.make = walk_words}, err);
}

int invert_words(struct inversion *inv, struct err *err)
{
    inv->listed = arena_array(&inv->arena, struct listed, inv->words.count);
    int rc = inv->listed ? begin_runs(inv, err) : no_memory(err);
    if (rc == ERR_OK)
        rc = add_parts(
            inv, &(struct list_part){.make = make_words, .take = take_words},
            inv->words.count, weigh_word, err);
    if (rc == ERR_OK)
        rc = run_parts(inv, err);
    mem_free(inv->row_end);
    inv->row_end = NULL;
    return rc ? rc : end_runs(inv, err);
}

/* --- words in capitals --- */

struct term_entry shared_entry(const struct inversion *inv, uint32_t only,
                               enum term_class class, uint32_t occurrences)
{
    const struct listed *word = &inv->listed[only];
    return (struct term_entry){
        .counts = {.docs = word->docs,
                   .frequency = word->frequency,
                   .occurrences = term_has_positions(class) ? occurrences
                                                            : word->frequency},
        .place = word->place};
}

static bool caps_shared(const struct inversion *inv, uint32_t rank)
{
    return own_caps(inv, inv->caps.id[rank]) == 0;
}

static int make_caps(struct list_maker *maker, const struct list_part *part,
                     struct term_entry *entry, struct err *err)
{
    const struct inversion *inv = maker->inv;
    const uint32_t *row = inv->caps_row + part->row;
    int rc = ERR_OK;
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++, entry++) {
        uint32_t count = own_caps(inv, inv->caps.id[i]);
        if (count == 0)
            continue;
        rc = list_room_for(&maker->room, count, err);
        if (rc)
            break;
        struct postings_list list = unfold(inv, row, count, &maker->room);
        row += count;
        rc = postings_put(maker->postings, TERM_CAPS, &list, entry, err);
    }
    return rc;
}

static int take_caps(struct inversion *inv, const struct list_part *part,
                     struct term_entry *entry, struct list_base base,
                     struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = part->from; rc == ERR_OK && i < part->to; i++, entry++) {
        uint32_t id = inv->caps.id[i];
        struct term term;
        fetch_ahead(&inv->inverter->words, &inv->caps, i);
        word_term(inv->inverter, TERM_CAPS, id, &term);
        if (caps_shared(inv, i))
            *entry = shared_entry(inv, inv->words.rank[id], TERM_CAPS,
                                  inv->caps.occurrences[id]);
        else
            move_list(&entry->place, base, true);
        rc = dictionary_add(inv->dictionary, term_slice(&term), entry, err);
    }
    return rc;
}

static struct term_weight weigh_caps(const struct inversion *inv, uint32_t rank)
{
    uint32_t count = own_caps(inv, inv->caps.id[rank]);
    return (struct term_weight){count, count};
}

int add_caps_parts(struct inversion *inv, struct err *err)
{
    return add_parts(inv,
                     &(struct list_part){.make = make_caps, .take = take_caps},
                     inv->caps.count, weigh_caps, err);
}
