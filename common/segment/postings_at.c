/* Single postings by their number. */
#include "base/err.h"
#include "segment/postings_format.h"

int postings_number(const struct postings *list, doc_id doc, uint32_t *out)
{
    *out = postings_rank(list, doc);
    return *out < list->count ? ERR_OK : postings_corrupt(list, "a rank");
}

int postings_frequency_at(struct postings *list,
                          const struct postings_block *block, uint32_t number,
                          uint32_t *out)
{
    *out = 1;
    if (!list->frequencies || list->single)
        return ERR_OK;
    int rc = postings_load_frequencies(list, block->number, &block->coded);
    if (rc == ERR_OK)
        *out = list->of_doc[number % SEGMENT_BLOCK];
    return rc;
}
