/* reannotate: the mentions of an index by another register; its articles stay. */
#include "indexer/commands.h"

#include "base/err.h"
#include "indexer/bar.h"
#include "indexer/interrupt.h"
#include "indexer/registers.h"

#include <stdio.h>
#include <unistd.h>

struct reannotation {
    struct registers registers;
    struct bar bar;
    struct generation_info info;
    uint64_t articles; /* that were read */
};

static int reannotate(struct reannotation *run, const struct index_ref *index,
                      struct err *err)
{
    const struct engine *engine = index->engine;
    struct writer_options options = {.entities = run->registers.entities,
                                     .progress = bar_progress,
                                     .progress_context = &run->bar};
    struct writer *writer;
    int rc = engine->writer_open(index->dir, &options, &writer, err);
    if (rc)
        return rc;
    rc = engine->writer_reannotate(writer, &run->articles, err);
    if (rc == ERR_UNSUPPORTED)
        err_set(err, rc,
                "only a rebuild finds mentions anew with the engine '%s'",
                engine->name);
    if (!rc)
        rc = interrupt_check(err);
    if (!rc)
        rc = engine->writer_commit(writer, &run->info, err);
    engine->writer_close(writer);
    return rc;
}

static void tell(const struct reannotation *run, bool json)
{
    unsigned long long generation = run->info.generation,
                       articles = run->info.articles, read = run->articles;
    if (json)
        printf("{\"read\":%llu,\"generation\":%llu,\"articles\":%llu,"
               "\"register\":\"%s\"}\n",
               read, generation, articles, run->info.register_digest);
    else
        printf("%llu articles read again\ngeneration %llu: %llu articles\n",
               read, generation, articles);
}

int command_reannotate(const struct engine *const *engines, int argc,
                       char **argv)
{
    const char *dir = NULL;
    struct option_list registers = {0};
    bool summary = false, json = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        REGISTER_OPTION(&registers),
        {"json", 0, OPTION_FLAG, &json, NULL, "print what was done as JSON", 0,
         0},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "say what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "reannotate --index DIR [--register FILE]...",
                         argc, argv, &rest, &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    struct reannotation run = {.bar = {.on = isatty(STDERR_FILENO)}};
    int rc = ERR_OK;
    if (rest)
        rc = err_set(&err, ERR_INVALID,
                     "reannotate takes no '%s'; say --index DIR", argv[1]);
    interrupt_install();
    if (!rc)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    if (!rc)
        rc = registers_read(&run.registers, &registers, index.dir, &err);
    if (!rc && !run.registers.entities)
        rc = err_set(&err, ERR_INVALID,
                     "an index loses its register by a rebuild with "
                     "--register none");
    if (!rc)
        rc = reannotate(&run, &index, &err);
    bar_clear(&run.bar);
    if (!rc && (json || summary || isatty(STDOUT_FILENO)))
        tell(&run, json);
    status = rc ? command_fail(&err) : EXIT_DONE;
    registers_close(&run.registers);
    index_close(&index);
    return status;
}
