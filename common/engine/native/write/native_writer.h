/* native_writer.h - the writer's part of engine.h: see there. */
#ifndef ENGINE_NATIVE_WRITE_NATIVE_WRITER_H
#define ENGINE_NATIVE_WRITE_NATIVE_WRITER_H

#include "engine/engine.h"

int native_writer_open(const char *dir, const struct writer_options *options,
                       struct writer **out, struct err *err);
int native_writer_lookup(struct writer *writer, struct slice key,
                         struct stored_version *out, bool *found,
                         struct err *err);
int native_writer_put(struct writer *writer, const struct article *article,
                      const struct analysis *analysis, struct err *err);
int native_writer_delete(struct writer *writer, struct slice key, bool *found,
                         struct err *err);
int native_writer_purge(struct writer *writer, struct slice key, bool *found,
                        struct err *err);
int native_writer_reannotate(struct writer *writer, uint64_t *articles,
                             struct err *err);
int native_writer_merge(struct writer *writer, struct err *err);
int native_writer_commit(struct writer *writer, struct generation_info *out,
                         struct err *err);
void native_writer_close(struct writer *writer);

#endif
