/* entity_profile.h - all that the index tells of one entity. Worker thread; errors are
 * in the request's err. */
#ifndef QUERYD_ENTITY_PROFILE_H
#define QUERYD_ENTITY_PROFILE_H

#include "entity/register.h"
#include "queryd/question.h"

/* The members of an object, behind "id", "name" and "type". At most `companions` of
 * those that the same articles mention. */
int entity_profile_write(const struct question *question,
                         const struct entity *entity, size_t companions,
                         struct json_out *j);

#endif
