/* fake_engine.h - an engine of a few lines, so that the daemon is tested alone.
 *
 * An index is a directory with a MANIFEST of two numbers: generation and articles.
 * Article i has the key "fake:i", 1 being the best; FAKE_LONG has a megabyte of byline.
 * There are three versions of each, put in by generations 1 to 3; "fake:deleted" and
 * "fake:once" were deleted and have two and one; of "fake:7" none is kept (ERR_UNSUPPORTED).
 * What a search does is told by the words of the query:
 *
 *     slow         takes 10 seconds, and looks at cancel each millisecond
 *     block        waits for fake_release(), and looks at cancel
 *     unsupported  corrupt  disk    fail with that error
 *     late         a visit fails in its middle
 *     same         all scores are equal
 *     few          matches two articles
 *     nothing      matches none, and so does a phrase; a window matches two from n = 6
 *
 * and everything else matches every article; but a query that is one entity, or begins
 * with one, matches those that mention it.
 *
 * With a third word in MANIFEST the generation has the register of that digest:
 * FAKE_REGISTER is there, any other one is damaged. Articles mention its entities:
 *
 *     istanbul       all, at most 20   Istanbul 40, İstanbul 15, Стамбул 5
 *     sergei-lavrov  1 to 10           Sergei Lavrov 10, Сергей Лавров 2, Lavrov 20 and 1
 *     georgia        1 to 4            Georgia 4
 *     georgia-us     1 to 2            Georgia 4
 *     gone           1                 Gone 1; it is in no register */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include "engine/engine.h"

enum { FAKE_LONG = 45 };
#define FAKE_REGISTER "fake-register"

int fake_open(const char *dir, struct snapshot **out, struct err *err);
int fake_open_register(const char *dir, const char *digest,
                       struct entity_register **out, struct err *err);

/* A new temporary directory with a MANIFEST, and its replacement by rename. */
void fake_index(char dir[64], uint64_t generation, uint64_t articles);
void fake_commit(const char *dir, uint64_t generation, uint64_t articles);
void fake_commit_register(const char *dir, uint64_t generation,
                          uint64_t articles, const char *digest);
void fake_break(const char *dir);
void fake_index_remove(const char *dir);

void fake_release(bool released);

/* While held, fake_open() reads MANIFEST and then waits. */
void fake_hold_open(bool held);

struct fake_counts {
    int snapshots, searchers; /* open now */
    int searching;            /* running now */
    int opening;              /* held now */
    int registers;            /* read so far, or not readable */
    int cancelled;            /* so far */
};
struct fake_counts fake_counts(void);

#endif
