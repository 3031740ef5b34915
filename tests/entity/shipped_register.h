/* shipped_register.h - the register that comes with the program, compiled. */
#ifndef TESTS_SHIPPED_REGISTER_H
#define TESTS_SHIPPED_REGISTER_H

#include "base/err.h"
#include "check.h"
#include "entity/recogniser.h"
#include "entity/register_files.h"

#include <stdio.h>

struct shipped {
    struct entity_register *entities;
    struct recogniser *recogniser;
};

static void print_fault(void *context, const char *fault)
{
    (void)context;
    print_error("%s\n", fault);
}

static void shipped_open(struct shipped *shipped)
{
    struct register_texts texts = {0};
    struct err err = {0};
    CHECK_OK(
        register_texts_add(&texts, PROJECT_DIR "/common/entity/data", &err),
        err);
    CHECK_OK(register_read(texts.text, texts.count, print_fault, NULL,
                           &shipped->entities, &err),
             err);
    CHECK_OK(recogniser_new(shipped->entities, &shipped->recogniser, &err),
             err);
    register_texts_release(&texts);
}

static void shipped_close(struct shipped *shipped)
{
    recogniser_free(shipped->recogniser);
    register_free(shipped->entities);
}

static inline void read_whole(const char *path, struct bytes_out *out)
{
    uint8_t bytes[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    CHECK_MSG(file != NULL, "%s", path);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        put_raw(out, bytes, got);
    fclose(file);
}

#endif
