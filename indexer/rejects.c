#include "indexer/rejects.h"

#include "base/json_out.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *format_new(const char *file, const struct reject *reject)
{
    struct strbuf line;
    strbuf_init(&line, 1 << 16);
    strbuf_add_text(&line, file);
    if (reject->record)
        strbuf_addf(&line, ": record %llu, byte %llu",
                    (unsigned long long)reject->record,
                    (unsigned long long)reject->byte);
    strbuf_addf(&line, ": %s", reject->reason);
    char *copy = line.failed ? NULL : mem_alloc(line.len + 1);
    if (copy)
        memcpy(copy, line.data, line.len + 1);
    strbuf_release(&line);
    return copy;
}

int rejects_open(struct rejects *rejects, const char *path, struct err *err)
{
    *rejects = (struct rejects){.path = path};
    hash_map_init(&rejects->reasons);
    if (!path)
        return ERR_OK;

    /* A pipe or a device is written to, not renamed over. */
    struct stat st;
    const char *open_path = path;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        size_t size = strlen(path) + sizeof ".new";
        rejects->path_new = mem_alloc(size);
        if (!rejects->path_new)
            return err_set(err, ERR_NOMEM, "out of memory");
        snprintf(rejects->path_new, size, "%s.new", path);
        open_path = rejects->path_new;
    }
    rejects->file = fopen(open_path, "we");
    if (!rejects->file)
        return err_set_errno(err, "write", open_path);
    return ERR_OK;
}

/* "line 17: no field 'body'" and "line 18: ..." are one reason. */
static struct slice reason_kind(const char *reason, char out[240])
{
    size_t n = 0;
    for (const char *at = reason; *at && n + 1 < 240; at++) {
        bool digit = *at >= '0' && *at <= '9';
        if (digit && n > 0 && out[n - 1] == 'N')
            continue;
        out[n++] = digit ? 'N' : *at;
    }
    return (struct slice){(const uint8_t *)out, n};
}

static int count_reason(struct rejects *rejects, const char *reason,
                        struct err *err)
{
    char text[240];
    struct slice kind = reason_kind(reason, text);
    uint64_t *known = hash_map_get(&rejects->reasons, kind);
    if (known)
        ++*known;
    else if (rejects->reasons.count >= REJECT_REASONS)
        rejects->other_reasons++;
    else if (hash_map_put(&rejects->reasons, kind, 1, NULL))
        return err_set(err, ERR_NOMEM, "out of memory");
    return ERR_OK;
}

static int write_line(struct rejects *rejects, const char *file,
                      const struct reject *reject, struct err *err)
{
    struct strbuf line;
    struct json_out j;
    strbuf_init(&line, 1 << 16);
    json_out_begin(&j, &line);
    json_out_object(&j);
    json_out_key(&j, "file");
    json_out_text(&j, file);
    json_out_key(&j, "record");
    json_out_u64(&j, reject->record);
    json_out_key(&j, "byte");
    json_out_u64(&j, reject->byte);
    json_out_key(&j, "reason");
    json_out_text(&j, reject->reason);
    json_out_end(&j);
    strbuf_add_char(&line, '\n');
    int rc = ERR_OK;
    if (line.failed)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    else if (fwrite(line.data, 1, line.len, rejects->file) != line.len)
        rejects->failed = true; /* told by rejects_publish() */
    strbuf_release(&line);
    return rc;
}

int rejects_add(struct rejects *rejects, const char *file,
                const struct reject *reject, struct err *err)
{
    rejects->count++;
    if (rejects->shown_count < REJECTS_SHOWN) {
        char *line = format_new(file, reject);
        if (!line)
            return err_set(err, ERR_NOMEM, "out of memory");
        rejects->shown[rejects->shown_count++] = line;
    }
    int rc = count_reason(rejects, reject->reason, err);
    if (rc == ERR_OK && rejects->file)
        rc = write_line(rejects, file, reject, err);
    return rc;
}

int rejects_publish(struct rejects *rejects, struct err *err)
{
    if (!rejects->file)
        return ERR_OK;
    if (fflush(rejects->file) != 0 ||
        (rejects->path_new && fsync(fileno(rejects->file)) != 0))
        rejects->failed = true;
    if (fclose(rejects->file) != 0)
        rejects->failed = true;
    rejects->file = NULL;
    if (rejects->failed)
        return err_set(err, ERR_IO, "%s: cannot write the rejected records",
                       rejects->path);
    if (rejects->path_new && rename(rejects->path_new, rejects->path) != 0)
        return err_set_errno(err, "rename to", rejects->path);
    mem_free(rejects->path_new);
    rejects->path_new = NULL;
    return ERR_OK;
}

void rejects_close(struct rejects *rejects)
{
    if (rejects->file)
        fclose(rejects->file);
    if (rejects->path_new)
        unlink(rejects->path_new);
    mem_free(rejects->path_new);
    for (size_t i = 0; i < rejects->shown_count; i++)
        mem_free(rejects->shown[i]);
    hash_map_release(&rejects->reasons);
}

static int by_count(const void *a, const void *b)
{
    const struct reject_reason *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return slice_cmp(x->reason, y->reason);
}

int rejects_by_reason(const struct rejects *rejects, struct arena *arena,
                      struct reject_reason **out, size_t *count)
{
    size_t n = 0, at = 0;
    struct reject_reason *list =
        arena_array(arena, struct reject_reason, rejects->reasons.count + 1);
    if (!list)
        return ERR_NOMEM;
    while (
        hash_map_next(&rejects->reasons, &at, &list[n].reason, &list[n].count))
        n++;
    qsort(list, n, sizeof *list, by_count);
    if (rejects->other_reasons)
        list[n++] =
            (struct reject_reason){SLICE("other"), rejects->other_reasons};
    *out = list;
    *count = n;
    return ERR_OK;
}
