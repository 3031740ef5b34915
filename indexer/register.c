/* register: what a register says, whether it is in order, and edits of it by hand. */
#include "indexer/register_state.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

struct register_command {
    const char *name, *usage;
    /* one of the two: */
    int (*look)(const struct register_state *, char **word, int words,
                struct err *);
    int (*edit)(const struct register_edit *, struct strbuf *lines,
                struct err *);
};

static int print_line(const struct entity *entity, struct err *err)
{
    struct bytes_out line = {0};
    register_put_entity(&line, entity);
    int rc = line.failed ? err_set(err, ERR_NOMEM, "out of memory") : ERR_OK;
    if (!rc)
        fwrite(line.data, 1, line.len, stdout);
    bytes_out_release(&line);
    return rc;
}

static int print_short(const struct entity *entity, struct err *err)
{
    (void)err;
    printf("%.*s\t%s\t%.*s\n", SLICE_ARG(entity->id),
           entity_kind_name(entity->kind), SLICE_ARG(entity->name));
    return ERR_OK;
}

/* Those that the words may mean. */
static int print_named(const struct register_state *state, char **word,
                       int words,
                       int (*print)(const struct entity *, struct err *),
                       struct err *err)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    int rc = ERR_OK;
    for (int w = 0; !rc && w < words; w++) {
        const struct entity **found;
        size_t count;
        rc = register_named(state->entities, slice_of(word[w]), 0, &arena,
                            &found, &count);
        if (rc)
            err_set(err, rc, "out of memory");
        else if (count == 0)
            rc = err_set(err, ERR_NOTFOUND, "nothing is called '%s'", word[w]);
        for (size_t i = 0; !rc && i < count; i++)
            rc = print(found[i], err);
    }
    arena_reset(&arena);
    return rc;
}

static int list(const struct register_state *state, char **word, int words,
                struct err *err)
{
    if (words)
        return print_named(state, word, words, print_short, err);
    for (size_t i = 0; i < state->entities->count; i++)
        print_short(&state->entities->entity[i], err);
    return ERR_OK;
}

static int show(const struct register_state *state, char **word, int words,
                struct err *err)
{
    if (words == 0)
        return err_set(err, ERR_INVALID, "show whom? Say a name or an id");
    return print_named(state, word, words, print_line, err);
}

static const struct register_command commands[] = {
    {"check", "register check [--register FILE]... FILE...", register_check,
     NULL},
    {"list", "register list [OPTION]... [NAME]...", list, NULL},
    {"show", "register show [OPTION]... NAME...", show, NULL},
    {"add", "register add --index DIR|--file FILE [OPTION]... ID [ALIAS]...",
     NULL, edit_add},
    {"merge", "register merge --index DIR|--file FILE ID INTO", NULL,
     edit_merge},
    {"split",
     "register split --index DIR|--file FILE [OPTION]... ID NEWID ALIAS...",
     NULL, edit_split},
    {"block", "register block --index DIR|--file FILE ID", NULL, edit_block},
};

static int edit(const struct register_command *command,
                struct register_state *state,
                const struct register_edit *request, struct err *err)
{
    struct strbuf lines;
    if (!state->options->index && !state->options->file)
        return err_set(err, ERR_INVALID,
                       "edit what? Say --index DIR or --file FILE");
    strbuf_init(&lines, 1 << 20);
    int rc = command->edit(request, &lines, err);
    if (!rc)
        rc = register_state_edit(state, strbuf_slice(&lines), err);
    if (!rc)
        fputs(lines.data, stdout);
    strbuf_release(&lines);
    return rc;
}

static int run(const struct engine *const *engines,
               const struct register_command *command, int argc, char **argv)
{
    struct register_options options = {0};
    struct option_list more = {0};
    struct register_edit request = {.more = &more};
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &options.index, "DIR",
         "the register of this index", 0, 0},
        {"file", 0, OPTION_TEXT, &options.file, "FILE",
         "edits by hand, over the registers", 0, 0},
        REGISTER_OPTION(&options.registers),
        {"type", 0, OPTION_TEXT, &request.type, "TYPE",
         "person, place, organisation, event or document", 0, 0},
        {"name", 0, OPTION_TEXT, &request.name, "NAME", "the canonical name", 0,
         0},
        {"option", 0, OPTION_LIST, &more, "OPTION",
         "of the line, as in country=france; again for more", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, command->usage, argc, argv, &rest, &status))
        return status;
    request.word = argv + 1;
    request.words = rest;

    struct err err = {0};
    struct register_state state;
    int rc = register_state_open(&state, engines, &options, &err);
    request.state = &state;
    if (!rc)
        rc = command->look ? command->look(&state, argv + 1, rest, &err)
                           : edit(command, &state, &request, &err);
    if (!rc && fflush(stdout) != 0)
        rc = err_set_errno(&err, "writing", "standard output");
    register_state_close(&state);
    return rc ? command_fail(&err) : EXIT_DONE;
}

int command_register(const struct engine *const *engines, int argc, char **argv)
{
    struct err err = {0};
    const size_t count = sizeof commands / sizeof *commands;
    if (argc > 1 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        for (size_t i = 0; i < count; i++)
            printf("%s dateline-index %s\n",
                   i ? "      " : "Usage:", commands[i].usage);
        return EXIT_DONE;
    }
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run(engines, &commands[i], argc - 1, argv + 1);
    err_set(
        &err, ERR_INVALID,
        "register needs one of check, list, show, add, merge, split, block");
    return command_fail(&err);
}
