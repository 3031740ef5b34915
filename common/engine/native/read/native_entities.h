/* native_entities.h - which entities the articles of a snapshot mention; contracts in
 * resolve.h (lexicon) and engine.h. */
#ifndef ENGINE_NATIVE_READ_NATIVE_ENTITIES_H
#define ENGINE_NATIVE_READ_NATIVE_ENTITIES_H

#include "engine/native/read/native_reader.h"

int native_entity_forms(struct lexicon *lexicon, struct slice id,
                        struct arena *arena, struct entity_form_list *out,
                        struct err *err);
int native_entity_frequency(struct lexicon *lexicon, struct slice id,
                            uint64_t *articles, uint64_t *mentions,
                            struct err *err);
int native_entities(struct lexicon *lexicon, struct arena *arena,
                    struct slice_list *out, struct err *err);
int native_entities_of(struct searcher *searcher, const doc_ref *docs,
                       size_t count, struct cancel *cancel, struct arena *arena,
                       struct entity_count_list *out, struct err *err);

int native_mentions_of(struct searcher *searcher, doc_ref doc,
                       const struct slice *id, size_t count,
                       struct arena *arena, struct mention_list *out,
                       struct err *err);

/* As engine->registers. */
int native_registers(struct snapshot *snapshot, struct arena *arena,
                     struct slice_list *out, struct err *err);

#endif
