#include "indexer/registers.h"

#include "base/err.h"
#include "engine/register_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than these are told in a sum. */
enum { FAULTS_SHOWN = 20 };

static bool is_none(const char *text)
{
    return strcmp(text, "none") == 0;
}

static int add_default(struct register_texts *texts, struct err *err)
{
    char path[REGISTER_PATH_SIZE];
    const char *chosen = getenv("DATELINE_REGISTER");
    if (chosen && is_none(chosen))
        return ERR_OK;
    if (chosen && *chosen)
        return register_texts_add(texts, chosen, err);
    int rc = register_shipped(path, err);
    return rc ? rc : register_texts_add(texts, path, err);
}

int registers_texts(const struct option_list *named,
                    struct register_texts *texts, struct err *err)
{
    if (named->count == 0)
        return add_default(texts, err);
    if (named->count == 1 && is_none(named->item[0]))
        return ERR_OK;
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < named->count; i++)
        rc = is_none(named->item[i])
                 ? err_set(err, ERR_INVALID,
                           "--register none, and others: which is it?")
                 : register_texts_add(texts, named->item[i], err);
    return rc;
}

static void tell_fault(void *context, const char *fault)
{
    size_t *told = context;
    if ((*told)++ < FAULTS_SHOWN)
        fprintf(stderr, "%s\n", fault);
}

/* What is named, and the edits over it. */
static int read_all(struct registers *registers, const char *index,
                    struct err *err)
{
    const struct register_texts *texts = &registers->texts;
    struct register_text *all = arena_array(
        &registers->texts.arena, struct register_text, texts->count + 1);
    if (!all)
        return err_set(err, ERR_NOMEM, "out of memory");
    memcpy(all, texts->text, texts->count * sizeof *all);
    size_t count = texts->count, faults = 0;
    if (registers->hand.len > 0)
        all[count++] =
            (struct register_text){SLICE("edits by hand"),
                                   {registers->hand.data, registers->hand.len}};
    int rc = register_read(all, count, tell_fault, &faults,
                           &registers->entities, err);
    if (faults > 1)
        err_set(err, rc, "the register has %zu faults%s%s", faults,
                registers->hand.len ? "; edits by hand are those of " : "",
                registers->hand.len ? index : "");
    return rc;
}

int registers_read(struct registers *registers, const struct option_list *named,
                   const char *index, struct err *err)
{
    *registers = (struct registers){0};
    int rc = registers_texts(named, &registers->texts, err);
    if (rc || registers->texts.count == 0)
        return rc;
    if (index)
        rc = register_hand_read(index, &registers->hand, err);
    if (!rc)
        rc = read_all(registers, index, err);
    return rc;
}

int registers_open(struct registers *registers, const struct option_list *named,
                   const char *index, struct err *err)
{
    int rc = registers_read(registers, named, index, err);
    if (!rc && registers->entities)
        rc = recogniser_new(registers->entities, &registers->recogniser, err);
    return rc;
}

void registers_close(struct registers *registers)
{
    recogniser_free(registers->recogniser);
    register_free(registers->entities);
    register_texts_release(&registers->texts);
    bytes_out_release(&registers->hand);
    *registers = (struct registers){0};
}
