/* check: read every byte of the index, and say what is damaged. */
#include "indexer/commands.h"

#include "base/err.h"
#include "base/files.h"

#include <stdio.h>
#include <unistd.h>

struct faults {
    uint64_t count;
};

static void print_fault(void *context, const char *fault)
{
    struct faults *faults = context;
    faults->count++;
    fprintf(stderr, "dateline-index: %s\n", fault);
}

int command_check(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL;
    bool summary = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "say \"ok\" also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "check --index DIR", argc, argv, &rest,
                         &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    struct faults faults = {0};
    int rc = ERR_OK;
    if (rest)
        rc = err_set(&err, ERR_INVALID, "check takes no '%s'; say --index DIR",
                     argv[1]);
    if (rc == ERR_OK)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    /* Something without its MANIFEST is a damaged index; nothing is none. */
    if (rc == ERR_NOTFOUND && dir_holds_anything(index.dir))
        rc = err_set(&err, ERR_CORRUPT, "%s: there is no MANIFEST", index.dir);
    if (rc == ERR_OK)
        rc = index.engine->check(index.dir, print_fault, &faults, &err);

    /* The first fault is in `err`, too; it has been told already. */
    if (rc && faults.count)
        status = exit_status_of(rc);
    else if (rc)
        status = command_fail(&err);
    else
        status = EXIT_DONE;
    if (rc == ERR_OK && (summary || isatty(STDOUT_FILENO)))
        puts("ok");
    index_close(&index);
    return status;
}
