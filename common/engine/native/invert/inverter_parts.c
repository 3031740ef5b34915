/* Lists are made in parts, a range of terms each, by as many threads as there are; their bytes
 * are put together, and their terms in the dictionary, by one, in order. So the segment is
 * that of one thread. With one, lists go to the segment at once. */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/invert/in_order.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to write a segment");
}

static int open_maker(struct inversion *inv, struct list_maker *maker,
                      struct err *err)
{
    *maker = (struct list_maker){.inv = inv};
    return postings_writer_like(inv->postings, &maker->postings, err);
}

static int open_slot(struct list_slot *slot, bool aside, struct err *err)
{
    slot->entry = mem_alloc(PART_TERMS * sizeof *slot->entry);
    if (slot->entry && aside) {
        slot->postings = section_aside_new();
        slot->positions = section_aside_new();
    }
    return slot->entry && (!aside || (slot->postings && slot->positions))
               ? ERR_OK
               : no_memory(err);
}

int open_parts(struct inversion *inv, struct err *err)
{
    int rc = ERR_OK;
    bool aside = inv->threads > 1;
    inv->slots = aside ? PARTS_A_THREAD * inv->threads : 1;
    inv->maker = arena_array(&inv->arena, struct list_maker, inv->threads);
    inv->slot = arena_array(&inv->arena, struct list_slot, inv->slots);
    if (!inv->maker || !inv->slot)
        return no_memory(err);
    for (unsigned i = 0; rc == ERR_OK && i < inv->threads; i++)
        rc = open_maker(inv, &inv->maker[i], err);
    for (uint32_t i = 0; rc == ERR_OK && i < inv->slots; i++)
        rc = open_slot(&inv->slot[i], aside, err);
    return rc;
}

void close_parts(struct inversion *inv)
{
    for (unsigned i = 0; inv->maker && i < inv->threads; i++) {
        postings_writer_close(inv->maker[i].postings);
        list_room_release(&inv->maker[i].room);
    }
    for (uint32_t i = 0; inv->slot && i < inv->slots; i++) {
        section_aside_free(inv->slot[i].postings);
        section_aside_free(inv->slot[i].positions);
        mem_free(inv->slot[i].entry);
    }
    mem_free(inv->part);
    inv->part = NULL;
}

int add_part(struct inversion *inv, const struct list_part *part,
             struct err *err)
{
    int rc = inverter_grow(&inv->part, &inv->part_capacity,
                           inv->parts + UINT64_C(1), sizeof *inv->part, err);
    if (rc == ERR_OK)
        inv->part[inv->parts++] = *part;
    return rc;
}

int add_parts(struct inversion *inv, const struct list_part *model,
              uint32_t count, weigh_term weigh, struct err *err)
{
    struct list_part part = *model;
    uint64_t weight = 0, row = 0;
    int rc = ERR_OK;
    part.from = 0;
    part.row = 0;
    for (uint32_t i = 0; rc == ERR_OK && i < count; i++) {
        struct term_weight term = weigh(inv, i);
        weight += term.work;
        row += term.row;
        part.to = i + 1;
        if (weight < PART_WORK && part.to - part.from < PART_TERMS &&
            part.to < count)
            continue;
        rc = add_part(inv, &part, err);
        part.from = part.to;
        part.row = (uint32_t)row;
        weight = 0;
    }
    return rc;
}

static int make_part(void *context, unsigned thread, uint32_t number,
                     struct err *err)
{
    struct inversion *inv = context;
    struct list_maker *maker = &inv->maker[thread];
    const struct list_part *part = &inv->part[number];
    struct list_slot *slot = &inv->slot[number % inv->slots];
    postings_writer_to(maker->postings, slot->postings, slot->positions);
    return part->make(maker, part, slot->entry, err);
}

static int take_part(void *context, uint32_t number, struct err *err)
{
    struct inversion *inv = context;
    const struct list_part *part = &inv->part[number];
    struct list_slot *slot = &inv->slot[number % inv->slots];
    struct list_base base = {0};
    if (slot->postings) {
        struct section_out *postings =
            segment_section(inv->segment, SECTION_POSTINGS);
        struct section_out *positions =
            segment_section(inv->segment, SECTION_POSITIONS);
        base =
            (struct list_base){section_size(postings), section_size(positions)};
        section_append(postings, slot->postings);
        section_append(positions, slot->positions);
    }
    return part->take ? part->take(inv, part, slot->entry, base, err) : ERR_OK;
}

int run_parts(struct inversion *inv, struct err *err)
{
    const struct in_order work = {.threads = inv->threads,
                                  .count = inv->parts,
                                  .window = inv->slots,
                                  .make = make_part,
                                  .take = take_part,
                                  .context = inv};
    int rc = run_in_order(&work, err);
    inv->parts = 0;
    return rc;
}
