/* entity_json.h - entities in replies. Worker thread. */
#ifndef QUERYD_ENTITY_JSON_H
#define QUERYD_ENTITY_JSON_H

#include "entity/register.h"
#include "queryd/question.h"

/* ERR_UNSUPPORTED, with a sentence, where the index has no register or its engine
 * keeps no mentions. */
int entities_ready(const struct question *question);

/* How often an entity is mentioned in the index. */
int entity_frequency(const struct question *question, struct slice id,
                     uint64_t *articles, uint64_t *mentions);
/* The forms it is mentioned in, each text once, the most frequent first; only their text
 * and mentions are good. */
int entity_forms(const struct question *question, struct slice id,
                 struct entity_form_list *out);

/* Members `key` (the id), "name" and "type" of an object; of an entity that the register
 * knows no more, its id as name and no type. */
void entity_write_name(const struct question *question, const char *key,
                       struct slice id, struct json_out *j);
/* "forms": [{"form", "hits"}] */
int entity_write_forms(const struct question *question, struct slice id,
                       struct json_out *j);

/* "new_names": those that are looked for as phrases; nothing when there are none. */
void entity_write_new_names(const struct named_entity *named,
                            struct json_out *j);

/* "entities": what the query asks for by name. Nothing when that is nothing. */
int entities_write(const struct question *question, struct json_out *j);

#endif
