/* register_state.h - the register that a `register` command looks at, and the edits by
 * hand that it adds to: those of an index, or of a file over other registers.
 */
#ifndef INDEXER_REGISTER_STATE_H
#define INDEXER_REGISTER_STATE_H

#include "base/strbuf.h"
#include "indexer/commands.h"
#include "indexer/registers.h"

struct register_options {
    const char *index, *file;
    struct option_list registers;
};

struct register_state {
    const struct register_options *options;
    struct index_ref index; /* its dir NULL: none was said */
    struct register_texts texts;
    struct bytes_out of_index; /* the register it has */
    struct bytes_out hand;     /* the edits so far */
    struct entity_register *entities;
};

/* ERR_INVALID when there is nothing to look at, or it has faults, which are told on stderr.
 * Close it after failures, too. */
int register_state_open(struct register_state *state,
                        const struct engine *const *engines,
                        const struct register_options *options,
                        struct err *err);
/* Put `lines` behind the edits: a new generation of the index, or the file replaced.
 * Nothing has changed after a failure. */
int register_state_edit(struct register_state *state, struct slice lines,
                        struct err *err);
void register_state_close(struct register_state *state);

/* Read texts; every fault goes to stderr. */
int register_read_telling(const struct register_text *text, size_t count,
                          struct entity_register **out, struct err *err);

/* The `check` command: the files over what else there is. Faults, and conditions that can
 * have no effect, go to stderr with their lines; the latter are no fault. */
int register_check(const struct register_state *state, char **word, int words,
                   struct err *err);

/* The edits of the four commands, as lines. `entity` is there already, or NULL. */
struct register_edit {
    const struct register_state *state;
    const char *type, *name;
    const struct option_list *more; /* options of the line */
    char **word;                    /* of the command line */
    int words;
};
int edit_add(const struct register_edit *edit, struct strbuf *lines,
             struct err *err);
int edit_merge(const struct register_edit *edit, struct strbuf *lines,
               struct err *err);
int edit_split(const struct register_edit *edit, struct strbuf *lines,
               struct err *err);
int edit_block(const struct register_edit *edit, struct strbuf *lines,
               struct err *err);

#endif
