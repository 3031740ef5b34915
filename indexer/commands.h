/* commands.h - dateline-index: its commands, and what they share.
 *
 * Each command_*() gets the command line from its own name on (argv[0] is "add"),
 * prints what there is to say, and returns the exit status.
 */
#ifndef INDEXER_COMMANDS_H
#define INDEXER_COMMANDS_H

#include "base/options.h"
#include "engine/engine.h"
#include "engine/manifest.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_PARTLY =
        1, /* more rejects than allowed, keys not found; the rest went in */
    EXIT_USAGE = 2,
    EXIT_LOCKED = 3,  /* another writer holds the index */
    EXIT_SYSTEM = 4,  /* disk full, I/O, interrupted: nothing changed */
    EXIT_DAMAGED = 5, /* the index is damaged, or of another analysis */
};

/* `engines`: those of this build, NULL-terminated, the default first. */
int command_main(const struct engine *const *engines, int argc, char **argv);

int command_add(const struct engine *const *engines, int argc, char **argv);
int command_delete(const struct engine *const *engines, int argc, char **argv);
int command_check(const struct engine *const *engines, int argc, char **argv);
int command_info(const struct engine *const *engines, int argc, char **argv);
int command_rebuild(const struct engine *const *engines, int argc, char **argv);
int command_merge(const struct engine *const *engines, int argc, char **argv);
int command_register(const struct engine *const *engines, int argc,
                     char **argv);
int command_reannotate(const struct engine *const *engines, int argc,
                       char **argv);

/* --- for the commands --- */

/* --threads and --memory when they are not given. */
long default_threads(void);
#define DEFAULT_MEMORY (512L << 20)

int exit_status_of(int rc);

/* "dateline-index: TEXT" on stderr; the exit status that goes with the code. */
int command_fail(const struct err *err);

/* Parse options; what is left stands in argv[1..*rest]. False when there is nothing
 * more to do (help was printed, or an error): return *status. */
bool command_options(const struct option *table, const char *usage, int argc,
                     char **argv, int *rest, int *status);

/* The index that was meant. */
struct index_ref {
    const char *dir;
    const struct engine *engine;
    bool exists;              /* it has a MANIFEST */
    struct manifest manifest; /* if it exists; in `arena` */
    struct arena arena;
};

/* `dir` NULL: $DATELINE_INDEX. `engine` NULL: the one that made the index, or the
 * default for a new one. ERR_INVALID, ERR_NOTFOUND (when it `must_exist`), ERR_CORRUPT.
 * Close it after failures, too. */
int index_find(struct index_ref *index, const struct engine *const *engines,
               const char *dir, const char *engine, bool must_exist,
               struct err *err);
void index_close(struct index_ref *index);

#endif
