#include "engine/native/lists/phrase_list.h"

#include "base/err.h"

void phrase_list_open(struct postings *list, struct phrase_list *out)
{
    *out = (struct phrase_list){.list = list,
                                .count = postings_count(list),
                                .blocks = postings_blocks(list),
                                .doc = DOC_END};
    if (postings_dense(list)) {
        uint32_t words;
        out->bitmap = postings_bitmap(list, &words);
        out->bitmap_docs = 64 * words;
    }
}

static void stand_on(struct phrase_list *list, doc_id doc)
{
    list->doc = doc;
    list->have_number = list->have_frequency = false;
}

void phrase_list_stand_on(struct phrase_list *list, uint32_t i)
{
    stand_on(list, list->in.doc[i]);
    list->number = list->in.number * SEGMENT_BLOCK + i;
    list->have_number = true;
}

int phrase_list_load(struct phrase_list *list, uint32_t block)
{
    if (list->decoded && list->in.number == block)
        return ERR_OK;
    list->decoded = false;
    int rc = postings_block_docs(list->list, block, &list->in);
    list->decoded = rc == ERR_OK;
    return rc;
}

static bool find_in_block(struct phrase_list *list, doc_id doc)
{
    const doc_id *in = list->in.doc;
    uint32_t low = 0, left = list->in.count;
    while (left > 1) {
        uint32_t half = left / 2;
        low += in[low + half - 1] < doc ? half : 0;
        left -= half;
    }
    if (in[low] != doc)
        return false;
    phrase_list_stand_on(list, low);
    return true;
}

int phrase_list_reach(struct phrase_list *list, doc_id doc, bool *there)
{
    *there = true;
    if (list->decoded && list->in.doc[list->in.count - 1] >= doc)
        return ERR_OK;
    uint32_t from = list->decoded ? list->in.number + 1 : 0;
    uint32_t block = from < list->blocks
                         ? postings_find_block(list->list, from, doc)
                         : list->blocks;
    int rc = block < list->blocks ? phrase_list_load(list, block) : ERR_OK;
    *there = rc == ERR_OK && block < list->blocks &&
             list->in.doc[list->in.count - 1] >= doc;
    return rc;
}

int phrase_list_seek(struct phrase_list *list, doc_id doc, bool *there)
{
    *there = true;
    if (list->doc == doc)
        return ERR_OK;
    if (list->bitmap) {
        *there = doc < list->bitmap_docs && bitmap_has(list->bitmap, doc);
        if (*there)
            stand_on(list, doc);
        return ERR_OK;
    }
    int rc = phrase_list_reach(list, doc, there);
    if (rc || !*there)
        return rc;
    *there = find_in_block(list, doc);
    return ERR_OK;
}

static int find_number(struct phrase_list *list)
{
    if (list->have_number)
        return ERR_OK;
    int rc = postings_number(list->list, list->doc, &list->number);
    list->in.number = list->number / SEGMENT_BLOCK;
    list->decoded = false;
    list->have_number = rc == ERR_OK;
    return rc;
}

int phrase_list_frequency(struct phrase_list *list, uint32_t *out)
{
    int rc = ERR_OK;
    if (!list->have_frequency) {
        rc = find_number(list);
        if (rc == ERR_OK)
            rc = postings_frequency_at(list->list, &list->in, list->number,
                                       &list->frequency);
        list->have_frequency = rc == ERR_OK;
    }
    *out = list->frequency;
    return rc;
}

int phrase_list_positions(struct phrase_list *list, const uint32_t **at)
{
    int rc = find_number(list);
    if (rc)
        return rc;
    rc = postings_positions_at(list->list, &list->in, list->number, at,
                               &list->frequency);
    list->have_frequency = rc == ERR_OK;
    return rc;
}
