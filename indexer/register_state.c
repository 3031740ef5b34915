#include "indexer/register_state.h"

#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/replace_file.h"
#include "engine/register_file.h"

#include <stdio.h>
#include <string.h>

/* More than these are told in a sum. */
enum { FAULTS_SHOWN = 100 };

static void tell_fault(void *context, const char *fault)
{
    size_t *told = context;
    if ((*told)++ < FAULTS_SHOWN)
        fprintf(stderr, "%s\n", fault);
}

int register_read_telling(const struct register_text *text, size_t count,
                          struct entity_register **out, struct err *err)
{
    size_t faults = 0;
    int rc = register_read(text, count, tell_fault, &faults, out, err);
    if (faults)
        err_set(err, rc, "the register has %zu fault%s", faults,
                faults == 1 ? "" : "s");
    return rc;
}

/* The texts there are, and one more. */
static int read_with(const struct register_state *state,
                     struct register_text more, struct entity_register **out,
                     struct err *err)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    size_t count = state->texts.count;
    struct register_text *all =
        arena_array(&arena, struct register_text, count + 3);
    int rc = all ? ERR_OK : err_set(err, ERR_NOMEM, "out of memory");
    if (!rc) {
        if (count)
            memcpy(all, state->texts.text, count * sizeof *all);
        if (state->of_index.len)
            all[count++] = (struct register_text){
                SLICE("register of the index"),
                {state->of_index.data, state->of_index.len}};
        else if (state->hand.len)
            all[count++] =
                (struct register_text){slice_of(state->options->file),
                                       {state->hand.data, state->hand.len}};
        all[count++] = more;
        rc = register_read_telling(all, count, out, err);
    }
    arena_reset(&arena);
    return rc;
}

/* What the index has; its edits are in there already. */
static int open_index(struct register_state *state,
                      const struct engine *const *engines, struct err *err)
{
    struct entity_register *entities;
    int rc = index_find(&state->index, engines, state->options->index, NULL,
                        true, err);
    if (rc)
        return rc;
    const struct manifest *manifest = &state->index.manifest;
    if (manifest->generation_count == 0 ||
        !manifest->generation[0].info.register_digest[0])
        return err_set(err, ERR_INVALID, "%s has no register",
                       state->index.dir);
    rc = register_file_read(state->index.dir,
                            manifest->generation[0].info.register_digest,
                            &entities, err);
    if (rc)
        return rc;
    rc = register_write(entities, &state->of_index, err);
    register_free(entities);
    return rc ? rc : register_hand_read(state->index.dir, &state->hand, err);
}

static int open_files(struct register_state *state, struct err *err)
{
    int rc = registers_texts(&state->options->registers, &state->texts, err);
    if (rc || !state->options->file)
        return rc;
    rc = file_read(state->options->file, LIMIT_REGISTER_BYTES, &state->hand,
                   err);
    return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

int register_state_open(struct register_state *state,
                        const struct engine *const *engines,
                        const struct register_options *options, struct err *err)
{
    *state = (struct register_state){.options = options};
    int rc;
    if (options->index && (options->file || options->registers.count))
        rc = err_set(err, ERR_INVALID,
                     "--index, or --register and --file: which is it?");
    else
        rc = options->index ? open_index(state, engines, err)
                            : open_files(state, err);
    if (!rc)
        rc = read_with(state, (struct register_text){0}, &state->entities, err);
    return rc;
}

void register_state_close(struct register_state *state)
{
    if (state->index.dir)
        index_close(&state->index);
    register_texts_release(&state->texts);
    bytes_out_release(&state->of_index);
    bytes_out_release(&state->hand);
    register_free(state->entities);
}

static int commit(const struct register_state *state,
                  const struct entity_register *entities,
                  const struct strbuf *hand, struct err *err)
{
    const struct engine *engine = state->index.engine;
    struct writer_options options = {.entities = entities,
                                     .hand_edits = strbuf_slice(hand)};
    struct writer *writer;
    struct generation_info info;
    int rc = engine->writer_open(state->index.dir, &options, &writer, err);
    if (rc)
        return rc;
    rc = engine->writer_commit(writer, &info, err);
    engine->writer_close(writer);
    return rc;
}

static int replace(const char *path, const struct strbuf *hand, struct err *err)
{
    char dir[REGISTER_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof dir)
        return err_set(err, ERR_LIMIT, "%s: the path is too long", path);
    memcpy(dir, path, length);
    dir[length] = '\0';
    return replace_file(length  ? dir
                        : slash ? "/"
                                : ".",
                        slash ? slash + 1 : path, strbuf_slice(hand), err);
}

int register_state_edit(struct register_state *state, struct slice lines,
                        struct err *err)
{
    struct entity_register *edited = NULL;
    struct strbuf hand;
    strbuf_init(&hand, LIMIT_REGISTER_BYTES);
    strbuf_add(&hand, state->hand.data, state->hand.len);
    if (hand.len && hand.data[hand.len - 1] != '\n')
        strbuf_add_char(&hand, '\n');
    strbuf_add_slice(&hand, lines);
    int rc = hand.failed ? err_set(err, ERR_NOMEM, "out of memory") : ERR_OK;
    if (!rc)
        rc = read_with(state, (struct register_text){SLICE("this edit"), lines},
                       &edited, err);
    if (!rc)
        rc = state->options->index ? commit(state, edited, &hand, err)
                                   : replace(state->options->file, &hand, err);
    register_free(edited);
    strbuf_release(&hand);
    return rc;
}
