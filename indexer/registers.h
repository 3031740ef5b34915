/* registers.h - the register that a run finds mentions by: the files named by
 * --register, or $DATELINE_REGISTER, or the register that comes with dateline; and the
 * edits by hand that an index keeps, over them.
 */
#ifndef INDEXER_REGISTERS_H
#define INDEXER_REGISTERS_H

#include "base/options.h"
#include "engine/engine.h"
#include "entity/recogniser.h"
#include "entity/register_files.h"

struct registers {
    struct entity_register *entities; /* NULL: 'none' was said */
    struct recogniser *recogniser;    /* NULL: likewise */
    struct register_texts texts;
    struct bytes_out hand; /* edits that the index keeps */
};

/* For options tables. */
#define REGISTER_OPTION(list)                                                  \
    {                                                                          \
        "register", 0, OPTION_LIST, (list), "FILE",                            \
            "names of entities, or a folder of such files; again for more; "   \
            "'none' "                                                          \
            "[$DATELINE_REGISTER, or what comes with dateline]",               \
            0, 0                                                               \
    }

/* Only the texts: of `named`, or the default. None for 'none'. */
int registers_texts(const struct option_list *named,
                    struct register_texts *texts, struct err *err);

/* `index`: the folder of the index whose edits by hand count; NULL: none do. Every fault
 * of the register is told on stderr. Close it after failures, too. */
int registers_open(struct registers *registers, const struct option_list *named,
                   const char *index, struct err *err);
/* The same without a recogniser. */
int registers_read(struct registers *registers, const struct option_list *named,
                   const char *index, struct err *err);
void registers_close(struct registers *registers);

#endif
