#include "indexer/commands.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(const struct engine *const *, int, char **);
    const char *summary;
} commands[] = {
    {"add", command_add, "put articles in; the same ones again change nothing"},
    {"delete", command_delete, "take articles out by their keys"},
    {"check", command_check, "read every byte and say what is damaged"},
    {"info", command_info, "what the index holds"},
    {"rebuild", command_rebuild, "analyse all stored articles anew"},
    {"merge", command_merge, "make one piece of many"},
    {"register", command_register, "names of entities: look, check, edit"},
    {"reannotate", command_reannotate,
     "find the entities of all articles by another register"},
};

static void print_help(void)
{
    puts("Usage: dateline-index COMMAND --index DIR ...\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    puts(
        "\n`dateline-index COMMAND --help` shows its options. Without --index "
        "the\n"
        "index is $DATELINE_INDEX.\n\n"
        "Exit status: 0 done; 1 some of it could not be done, the rest was; 2 "
        "the\n"
        "command line makes no sense; 3 another writer holds the index; 4 the\n"
        "system refused, nothing changed; 5 the index is damaged.");
}

int command_main(const struct engine *const *engines, int argc, char **argv)
{
    struct err err = {0};
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        err_set(&err, ERR_INVALID,
                "which command? `dateline-index help` lists them");
        return command_fail(&err);
    }
    if (strcmp(name, "help") == 0 && argc > 2) {
        static char help[] = "--help";
        char *swapped[] = {argv[0], argv[2], help, NULL};
        return command_main(engines, 3, swapped);
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
        strcmp(name, "-h") == 0) {
        print_help();
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        puts("dateline-index " DATELINE_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(engines, argc - 1, argv + 1);
    err_set(&err, ERR_INVALID,
            "there is no command '%s'; `dateline-index help` lists them", name);
    return command_fail(&err);
}

long default_threads(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : cpus > 4 ? 4 : cpus;
}

int exit_status_of(int rc)
{
    switch (rc) {
    case ERR_OK:
        return EXIT_DONE;
    case ERR_INVALID:
    case ERR_NOTFOUND:
    case ERR_UNSUPPORTED:
        return EXIT_USAGE;
    case ERR_LOCKED:
        return EXIT_LOCKED;
    case ERR_CORRUPT:
    case ERR_MISMATCH:
        return EXIT_DAMAGED;
    default:
        return EXIT_SYSTEM;
    }
}

int command_fail(const struct err *err)
{
    fprintf(stderr, "dateline-index: %s\n", err->text);
    return exit_status_of(err->code);
}

bool command_options(const struct option *table, const char *usage, int argc,
                     char **argv, int *rest, int *status)
{
    struct err err = {0};
    bool help = false;
    if (options_parse(table, argc, argv, 1, rest, &help, &err)) {
        *status = command_fail(&err);
        return false;
    }
    if (help) {
        printf("Usage: dateline-index %s\n\n", usage);
        options_print(table);
        *status = EXIT_DONE;
        return false;
    }
    return true;
}

static int engine_find(const struct engine *const *engines, struct slice name,
                       const struct engine **out, struct err *err)
{
    char known[128] = "";
    for (size_t i = 0; engines[i]; i++) {
        if (slice_eq(slice_of(engines[i]->name), name)) {
            *out = engines[i];
            return ERR_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, " %s", engines[i]->name);
    }
    return err_set(err, ERR_INVALID,
                   "no engine of this program is called '%.*s'; there is:%s",
                   SLICE_ARG(name), known);
}

int index_find(struct index_ref *index, const struct engine *const *engines,
               const char *dir, const char *engine, bool must_exist,
               struct err *err)
{
    *index = (struct index_ref){.dir = dir ? dir : getenv("DATELINE_INDEX")};
    arena_init(&index->arena, (size_t)64 << 20);
    if (!index->dir || !*index->dir)
        return err_set(err, ERR_INVALID,
                       "which index? Say --index DIR, or set DATELINE_INDEX");

    int rc = manifest_read(index->dir, &index->arena, &index->manifest, err);
    if (rc == ERR_NOTFOUND && must_exist)
        return err_set(err, ERR_NOTFOUND, "there is no index in %s",
                       index->dir);
    if (rc && rc != ERR_NOTFOUND)
        return rc;
    index->exists = rc == ERR_OK;

    const char *made_by = index->exists && index->manifest.generation_count
                              ? index->manifest.generation[0].info.engine
                              : NULL;
    if (made_by && engine && strcmp(made_by, engine) != 0)
        return err_set(err, ERR_INVALID,
                       "%s is an index of the engine '%s', not '%s'",
                       index->dir, made_by, engine);
    if (made_by || engine)
        return engine_find(engines, slice_of(made_by ? made_by : engine),
                           &index->engine, err);
    index->engine = engines[0];
    if (!index->engine)
        return err_set(err, ERR_UNSUPPORTED,
                       "this program was built without any engine");
    return ERR_OK;
}

void index_close(struct index_ref *index)
{
    arena_reset(&index->arena);
}
