/* phrase_list.h - the list of one word of a phrase, asked document by document: whether
 * it is there, how often, where. What is not asked for is not read.
 */
#ifndef ENGINE_NATIVE_LISTS_PHRASE_LIST_H
#define ENGINE_NATIVE_LISTS_PHRASE_LIST_H

#include "segment/segment.h"

struct phrase_list {
    struct postings *list;
    const uint8_t *bitmap; /* NULL: it is blocks */
    uint32_t bitmap_docs;  /* that it has bits for */
    uint32_t count, blocks;
    bool decoded; /* in.doc, in.coded */
    struct postings_block in;
    /* Of the document that it stands on: */
    doc_id doc;
    bool have_number, have_frequency;
    uint32_t number, frequency;
};

/* `list` is of a class with positions. */
void phrase_list_open(struct postings *list, struct phrase_list *out);

/* Documents rise. */
/* Of one without a bitmap: decodes the block that would have it; *there false: it is
 * behind the last. */
int phrase_list_reach(struct phrase_list *list, doc_id doc, bool *there);
int phrase_list_seek(struct phrase_list *list, doc_id doc, bool *there);
/* Stand on number `i` of a block that is decoded; instead of a seek. */
void phrase_list_stand_on(struct phrase_list *list, uint32_t i);
/* Decode this block, no earlier one than before. */
int phrase_list_load(struct phrase_list *list, uint32_t block);

/* Of the document that it stands on, which is in the list. */
int phrase_list_frequency(struct phrase_list *list, uint32_t *out);
/* Stored positions, `frequency` of them; those in the title twice. Valid until the next
 * call. */
int phrase_list_positions(struct phrase_list *list, const uint32_t **at);

#endif
