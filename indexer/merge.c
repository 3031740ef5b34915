/* merge: fewer pieces. A generation of the engines there are is one database, which
 * is one piece already. */
#include "indexer/commands.h"

#include "base/err.h"

#include <stdio.h>
#include <unistd.h>

int command_merge(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL;
    bool summary = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "say what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "merge --index DIR", argc, argv, &rest,
                         &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    int rc = ERR_OK;
    if (rest)
        rc = err_set(&err, ERR_INVALID, "merge takes no '%s'; say --index DIR",
                     argv[1]);
    if (rc == ERR_OK)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    if (rc == ERR_OK && (summary || isatty(STDOUT_FILENO)))
        printf("nothing to merge: each generation is one piece\n");
    status = rc ? command_fail(&err) : EXIT_DONE;
    index_close(&index);
    return status;
}
