/* slow_mentions.h - docs/register.md, "What a mention is", sentence by sentence: every name
 * of the register is held against every place of an article.
 *
 * What tests and the slow evaluator of queries hold the recogniser against. Shares with it
 * the tokens, the folding and the tables of inflections, nothing else.
 */
#ifndef ENTITY_SLOW_MENTIONS_H
#define ENTITY_SLOW_MENTIONS_H

#include "entity/register.h"
#include "text/analyse.h"

/* What recogniser_find() must put into analysis->mentions; in `arena`. `analysis` is that
 * of `article`. ERR_NOMEM, ERR_LIMIT. */
int slow_mentions(const struct entity_register *entities,
                  const struct article *article,
                  const struct analysis *analysis, struct arena *arena,
                  struct mention_list *out);

#endif
