#include "entity/register_files.h"

#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BESIDE_PROGRAM "../share/dateline/register"

static int add_file(struct register_texts *texts, const char *path,
                    struct err *err)
{
    struct register_text *grown =
        arena_array(&texts->arena, struct register_text, texts->count + 1);
    struct bytes_out bytes = {0};
    int rc = grown ? file_read(path, LIMIT_REGISTER_BYTES, &bytes, err)
                   : err_set(err, ERR_NOMEM, "out of memory");
    if (rc)
        goto out;
    if (texts->count)
        memcpy(grown, texts->text, texts->count * sizeof *grown);
    struct register_text *text = &grown[texts->count];
    if (arena_copy_slice(&texts->arena, slice_of(path), &text->name) ||
        arena_copy_slice(&texts->arena, (struct slice){bytes.data, bytes.len},
                         &text->bytes)) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    texts->text = grown;
    texts->count++;
out:
    bytes_out_release(&bytes);
    return rc;
}

static int is_register(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 4 &&
           strcmp(entry->d_name + len - 4, ".tsv") == 0;
}

/* Bytes, so that no locale decides what corrects what. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_folder(struct register_texts *texts, const char *path,
                      struct err *err)
{
    struct dirent **entry;
    int count = scandir(path, &entry, is_register, by_bytes);
    if (count < 0)
        return err_set_errno(err, "reading", path);
    int rc = ERR_OK;
    if (count == 0)
        rc = err_set(err, ERR_NOTFOUND, "%s: there is no *.tsv in it", path);
    for (int i = 0; i < count; i++) {
        char file[PATH_MAX];
        int length =
            snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        if (!rc && (length < 0 || (size_t)length >= sizeof file))
            rc = err_set(err, ERR_LIMIT, "%s: the path is too long", path);
        if (!rc)
            rc = add_file(texts, file, err);
        free(entry[i]);
    }
    free(entry);
    return rc;
}

int register_texts_add(struct register_texts *texts, const char *path,
                       struct err *err)
{
    struct stat st;
    if (texts->arena.limit == 0)
        arena_init(&texts->arena, SIZE_MAX);
    if (stat(path, &st) != 0)
        return errno == ENOENT
                   ? err_set(err, ERR_NOTFOUND, "%s: %s", path, strerror(errno))
                   : err_set_errno(err, "opening", path);
    return S_ISDIR(st.st_mode) ? add_folder(texts, path, err)
                               : add_file(texts, path, err);
}

void register_texts_release(struct register_texts *texts)
{
    if (texts->arena.limit)
        arena_reset(&texts->arena);
    *texts = (struct register_texts){0};
}

int register_shipped(char out[REGISTER_PATH_SIZE], struct err *err)
{
    char program[REGISTER_PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return err_set_errno(err, "reading", "/proc/self/exe");
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    int written =
        snprintf(out, REGISTER_PATH_SIZE, "%s/" BESIDE_PROGRAM, program);
    if (written < 0 || written >= REGISTER_PATH_SIZE)
        return err_set(err, ERR_LIMIT, "%s: the path is too long", program);
    if (access(out, R_OK) != 0)
        return err_set(err, ERR_NOTFOUND,
                       "%s: the register that comes with dateline is not "
                       "there; name one with --register, or 'none'",
                       out);
    return ERR_OK;
}
