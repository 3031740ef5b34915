/* entity_facets.h - the part of /v1/facets that counts entities. */
#ifndef QUERYD_ENTITY_FACETS_H
#define QUERYD_ENTITY_FACETS_H

#include "queryd/request.h"

/* by=entity, person, place, org. Worker thread. */
int answer_entity_facets(struct request *request, struct worker *worker);

#endif
