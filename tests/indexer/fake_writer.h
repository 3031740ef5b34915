/* fake_writer.h - an engine that keeps its articles in an array: the plainest thing
 * that keeps the promises of engine.h, so that what is above can be tested alone.
 *
 * A directory holds a MANIFEST as any engine's does; its articles live in the process,
 * of a few directories, until fake_reset().
 */
#ifndef TESTS_INDEXER_FAKE_WRITER_H
#define TESTS_INDEXER_FAKE_WRITER_H

#include "engine/engine.h"

extern const struct engine fake_engine;
extern const struct engine *const fake_engines[]; /* NULL-terminated */

void fake_reset(void);

/* The articles of the directory that was committed to last, in order of their keys, a
 * line each: "KEY=TITLE|BODY (WORDS)". Valid until the next call. */
const char *fake_contents(void);
/* Replaced and deleted ones, in the order in which that happened: "old KEY=..." */
const char *fake_old_versions(void);
unsigned fake_generation(void);

/* From now on there are no old versions, no purge and nothing to merge. */
void fake_be_whole(void);
/* And what describe() tells has `count` old versions more than there are. */
void fake_boast(size_t count);
/* writer_options.memory_bytes of the last writer. */
size_t fake_memory(void);

/* Things go wrong: writer_put fails with `code` when `puts` more have succeeded. */
void fake_fail_put(unsigned puts, int code);
/* And writer_open, until fake_reset(). */
void fake_fail_open(int code);
/* And the next writer_commit, when MANIFEST is replaced already. */
void fake_fail_commit(int code);
/* Called before each put, from the writer's thread; NULL: none. */
void fake_on_put(void (*call)(void));

#endif
