/* fake_writer.h - an engine that keeps its articles in an array: the plainest thing
 * that keeps the promises of engine.h, so that what is above can be tested alone.
 *
 * Its directory holds a MANIFEST as any engine's does; the articles live in the
 * process, one index for each program, which fake_reset() empties.
 */
#ifndef TESTS_INDEXER_FAKE_WRITER_H
#define TESTS_INDEXER_FAKE_WRITER_H

#include "engine/engine.h"

extern const struct engine fake_engine;
extern const struct engine *const fake_engines[]; /* NULL-terminated */

void fake_reset(void);

/* The committed articles in order of their keys, a line each:
 * "KEY=TITLE|BODY (WORDS)". Valid until the next call. */
const char *fake_contents(void);
unsigned fake_generation(void);

/* Things go wrong: writer_put fails with `code` when `puts` more have succeeded. */
void fake_fail_put(unsigned puts, int code);
/* And writer_open, until fake_reset(). */
void fake_fail_open(int code);
/* Called before each put, from the writer's thread; NULL: none. */
void fake_on_put(void (*call)(void));

#endif
