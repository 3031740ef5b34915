#include "client/saved.h"

#include "base/err.h"
#include "base/files.h"
#include "base/replace_file.h"
#include "client/pairs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

/* A kind of folder, and our file in it. */
struct place {
    const char *variable, *below_home, *file;
};
static const struct place queries = {"XDG_CONFIG_HOME", ".config", "queries"};
static const struct place seen = {"XDG_STATE_HOME", ".local/state", "seen"};

static int folder_of(const struct place *place, struct strbuf *out,
                     struct err *err)
{
    const char *given = getenv(place->variable), *home = getenv("HOME");
    strbuf_init(out, PATH_BYTES_MAX);
    if (given && *given == '/') /* "relative paths are invalid" */
        strbuf_addf(out, "%s/dateline", given);
    else if (home && *home)
        strbuf_addf(out, "%s/%s/dateline", home, place->below_home);
    else
        return err_set(err, ERR_INVALID,
                       "neither $%s nor $HOME says where to look for %s",
                       place->variable, place->file);
    return out->failed ? err_set(err, ERR_NOMEM, "no memory for a path")
                       : ERR_OK;
}

static int path_of(const struct place *place, struct strbuf *out,
                   struct err *err)
{
    int rc = folder_of(place, out, err);
    if (rc == ERR_OK) {
        strbuf_addf(out, "/%s", place->file);
        if (out->failed)
            rc = err_set(err, ERR_NOMEM, "no memory for a path");
    }
    return rc;
}

int saved_path(struct strbuf *out, struct err *err)
{
    return path_of(&queries, out, err);
}

/* Appends the value of `name`. ERR_NOTFOUND, also without a file. */
static int find(const struct place *place, const char *name, struct strbuf *out,
                struct err *err)
{
    struct strbuf path;
    struct pairs pairs;
    struct pair pair;
    FILE *file = NULL;
    bool found = false;
    int rc = path_of(place, &path, err);
    if (rc == ERR_OK) {
        file = fopen(path.data, "re");
        if (!file && errno != ENOENT)
            rc = err_set_errno(err, "open", path.data);
    }
    pairs_init(&pairs, file);
    while (file && !found && (rc = pairs_next(&pairs, &pair, err)) > 0)
        found = slice_eq(pair.name, slice_of(name));
    if (found) {
        strbuf_add_slice(out, pair.value);
        rc = ERR_OK;
    } else if (rc == ERR_INVALID && file) {
        err_wrap(err, rc, "line %zu of %s", pair.line, path.data);
    } else if (rc == ERR_OK) {
        rc = err_set(err, ERR_NOTFOUND, "there is no '%s' in %s", name,
                     path.data);
    }
    pairs_release(&pairs);
    if (file)
        fclose(file);
    strbuf_release(&path);
    return rc;
}

/* Whether this line is the pair of `name`. */
static bool is_line_of(struct slice line, struct slice name)
{
    line = slice_trim(line);
    const uint8_t *tab = line.len ? memchr(line.data, '\t', line.len) : NULL;
    if (!tab)
        return false;
    return slice_eq(slice_trim(slice_part(line, 0, (size_t)(tab - line.data))),
                    name);
}

/* The old text with `name` set to `value`: in its place, or at the end. Comments and
 * other lines stay as they are. */
static void set_line(struct strbuf *out, struct slice old, struct slice name,
                     struct slice value)
{
    bool there = false;
    while (old.len) {
        const uint8_t *end = memchr(old.data, '\n', old.len);
        size_t len = end ? (size_t)(end - old.data) : old.len;
        struct slice line = slice_part(old, 0, len);
        bool ours = is_line_of(line, name);
        if (ours && !there)
            strbuf_addf(out, "%.*s\t%.*s\n", SLICE_ARG(name), SLICE_ARG(value));
        else if (!ours)
            strbuf_addf(out, "%.*s\n", SLICE_ARG(line));
        there |= ours;
        old = slice_part(old, end ? len + 1 : len, old.len);
    }
    if (!there)
        strbuf_addf(out, "%.*s\t%.*s\n", SLICE_ARG(name), SLICE_ARG(value));
}

/* Reads, changes and replaces the file; `dir` is locked. */
static int change_file(const char *dir, const struct place *place,
                       struct slice name, struct slice value, struct err *err)
{
    struct bytes_out old = {0};
    struct strbuf path, text;
    int rc = path_of(place, &path, err);
    strbuf_init(&text, SAVED_FILE_BYTES_MAX);
    if (rc == ERR_OK)
        rc = file_read(path.data, SAVED_FILE_BYTES_MAX, &old, err);
    if (rc == ERR_OK || rc == ERR_NOTFOUND) {
        set_line(&text, (struct slice){old.data, old.len}, name, value);
        rc = text.failed
                 ? err_set(err, ERR_NOMEM, "%s: no memory to write it",
                           path.data)
                 : replace_file(dir, place->file, strbuf_slice(&text), err);
    }
    strbuf_release(&text);
    strbuf_release(&path);
    bytes_out_release(&old);
    return rc;
}

static int change(const struct place *place, struct slice name,
                  struct slice value, struct err *err)
{
    struct strbuf dir;
    int fd = -1, rc = folder_of(place, &dir, err);
    if (rc == ERR_OK)
        rc = dir_make(dir.data, 0700, err);
    if (rc == ERR_OK) {
        /* Two jobs of a night may end at the same moment. */
        fd = open(dir.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || flock(fd, LOCK_EX) < 0)
            rc = err_set_errno(err, "lock", dir.data);
    }
    if (rc == ERR_OK)
        rc = change_file(dir.data, place, name, value, err);
    if (fd >= 0)
        close(fd);
    strbuf_release(&dir);
    return rc;
}

/* --- queries --- */

int saved_find(const char *name, struct strbuf *out, struct err *err)
{
    int rc = find(&queries, name, out, err);
    if (rc == ERR_NOTFOUND)
        err_set(err, rc,
                "there is no saved query '%s'\n  dateline saved lists them; "
                "dateline save %s QUERY saves one",
                name, name);
    return rc;
}

int saved_add(const char *name, const char *query, bool replace,
              struct err *err)
{
    struct strbuf old, line;
    if (!pair_name_is_good(slice_of(name)))
        return err_set(err, ERR_INVALID,
                       "'%s' cannot be a name: no blanks, no # at its start",
                       name);
    strbuf_init(&old, SAVED_FILE_BYTES_MAX);
    strbuf_init(&line, SAVED_FILE_BYTES_MAX);
    int rc = find(&queries, name, &old, err);
    if (rc == ERR_OK && !replace)
        rc = err_set(err, ERR_INVALID,
                     "there is a saved query '%s' already: %s\n  "
                     "--replace saves the new one in its place",
                     name, old.data);
    else if (rc == ERR_OK || rc == ERR_NOTFOUND) {
        for (; *query; query++)
            strbuf_add_char(&line, strchr("\t\n\r\v\f", *query) ? ' ' : *query);
        rc = line.failed ? err_set(err, ERR_NOMEM, "no memory for the query")
                         : change(&queries, slice_of(name),
                                  slice_trim(strbuf_slice(&line)), err);
    }
    strbuf_release(&line);
    strbuf_release(&old);
    return rc;
}

/* --- what was seen --- */

int seen_find(const char *name, uint64_t *generation, struct err *err)
{
    struct strbuf text;
    char *end;
    strbuf_init(&text, 64);
    int rc = find(&seen, name, &text, err);
    *generation = 0;
    if (rc == ERR_NOTFOUND) {
        rc = ERR_OK;
    } else if (rc == ERR_OK) {
        *generation = strtoull(text.data, &end, 10);
        if (text.failed || end == text.data || *end || *generation == 0)
            rc = err_set(err, ERR_INVALID,
                         "what was seen of '%s' is no generation: %s", name,
                         text.data);
    }
    strbuf_release(&text);
    return rc;
}

int seen_remember(const char *name, uint64_t generation, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, generation);
    return change(&seen, slice_of(name), slice_of(text), err);
}
