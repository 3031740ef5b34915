/* docs/format/manifest.md describes the text. The reader accepts exactly what the
 * writer writes: one order of lines, one spelling of each number. */
#include "engine/manifest.h"

#include "base/err.h"
#include "base/files.h"
#include "base/replace_file.h"
#include "base/strbuf.h"
#include "engine/register_file.h"
#include "text/fold.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    MANIFEST_FORMAT = 1,
    MANIFEST_BYTES_MAX = 16 << 20,
    FILES_MAX = 1 << 16,
    CRC_LINE_BYTES = 13, /* "crc 01234567\n" */
};

/* --- writing --- */

static void put_generation(struct strbuf *text,
                           const struct manifest_generation *g)
{
    strbuf_addf(text, "generation %" PRIu64 "\n", g->info.generation);
    strbuf_addf(text, "engine %s\n", g->info.engine);
    strbuf_addf(text, "dir %.*s\n", SLICE_ARG(g->dir));
    strbuf_addf(text, "articles %" PRIu64 "\n", g->info.articles);
    strbuf_addf(text, "words %" PRIu64 "\n", g->info.words);
    strbuf_addf(text, "bytes %" PRIu64 "\n", g->info.bytes);
    strbuf_addf(text, "committed %" PRId64 "\n", g->info.committed);
    strbuf_addf(text, "digest %s\n", g->info.corpus_digest);
    if (g->info.register_digest[0])
        strbuf_addf(text, "register %s\n", g->info.register_digest);
    strbuf_addf(text, "files %zu\n", g->file_count);
    for (size_t i = 0; i < g->file_count; i++) {
        const struct manifest_file *file = &g->file[i];
        strbuf_addf(text, "file %08" PRIx32 " %" PRIu64 " %.*s\n", file->crc32,
                    file->size, SLICE_ARG(file->name));
    }
}

int manifest_write(const char *dir, const struct manifest *manifest,
                   struct err *err)
{
    struct strbuf text;
    strbuf_init(&text, MANIFEST_BYTES_MAX);
    strbuf_addf(&text, "dateline %d\n", MANIFEST_FORMAT);
    strbuf_addf(&text, "analysis %" PRIu32 "\n", manifest->analysis_version);
    strbuf_addf(&text, "fold %.*s\n", SLICE_ARG(manifest->fold_version));
    strbuf_addf(&text, "generations %zu\n", manifest->generation_count);
    for (size_t i = 0; i < manifest->generation_count; i++)
        put_generation(&text, &manifest->generation[i]);
    uLong crc = crc32(0, (const Bytef *)text.data, (uInt)text.len);
    strbuf_addf(&text, "crc %08lx\n", crc);
    int rc = text.failed
                 ? err_set(err, ERR_NOMEM, "%s: no memory for MANIFEST", dir)
                 : replace_file(dir, "MANIFEST", strbuf_slice(&text), err);
    strbuf_release(&text);
    return rc;
}

/* --- reading --- */

/* Sticky, like bytes_in: after the first line that is not as it should be, nothing
 * moves, and `wanted` names that line. */
struct line_reader {
    struct slice left;
    const char *wanted;
    bool bad;
};

/* The rest of the next line, which must begin with `name` and a blank. */
static struct slice take_line(struct line_reader *in, const char *name)
{
    size_t len = strlen(name);
    if (in->bad)
        return (struct slice){0};
    const uint8_t *end =
        in->left.len ? memchr(in->left.data, '\n', in->left.len) : NULL;
    size_t line = end ? (size_t)(end - in->left.data) : 0;
    if (!end || line <= len || memcmp(in->left.data, name, len) != 0 ||
        in->left.data[len] != ' ') {
        in->bad = true;
        in->wanted = name;
        return (struct slice){0};
    }
    struct slice value = slice_part(in->left, len + 1, line);
    in->left = slice_part(in->left, line + 1, in->left.len);
    return value;
}

static bool is_next(const struct line_reader *in, struct slice name)
{
    return !in->bad && slice_starts_with(in->left, name);
}

static void refuse(struct line_reader *in, const char *name)
{
    if (!in->bad)
        in->wanted = name;
    in->bad = true;
}

/* Decimal, without sign or leading zeros. */
static bool parse_decimal(struct slice text, uint64_t *out)
{
    *out = 0;
    if (text.len == 0 || (text.len > 1 && text.data[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t digit = (uint8_t)(text.data[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, digit, out))
            return false;
    }
    return true;
}

static uint64_t take_number(struct line_reader *in, const char *name,
                            uint64_t max)
{
    uint64_t value = 0;
    struct slice text = take_line(in, name);
    if (!in->bad && (!parse_decimal(text, &value) || value > max))
        refuse(in, name);
    return in->bad ? 0 : value;
}

static int64_t take_signed(struct line_reader *in, const char *name)
{
    struct slice text = take_line(in, name);
    bool negative = text.len && text.data[0] == '-';
    uint64_t value = 0;
    if (!in->bad &&
        (!parse_decimal(slice_part(text, negative, text.len), &value) ||
         value > INT64_MAX || (negative && value == 0)))
        refuse(in, name);
    return in->bad ? 0 : negative ? -(int64_t)value : (int64_t)value;
}

static bool is_lower_hex(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!(text.data[i] >= '0' && text.data[i] <= '9') &&
            !(text.data[i] >= 'a' && text.data[i] <= 'f'))
            return false;
    return true;
}

static uint32_t hex_value(struct slice digits)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t c = digits.data[i];
        value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* A path that cannot lead out of the index: words of [A-Za-z0-9._-], each beginning
 * with a letter or digit, at most `slashes` slashes. */
static bool is_safe_path(struct slice path, int slashes)
{
    bool word_begins = true;
    for (size_t i = 0; i < path.len; i++) {
        uint8_t c = path.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z');
        bool other = c == '.' || c == '_' || c == '-';
        if (c == '/' && slashes-- <= 0)
            return false;
        if (word_begins ? !plain : !plain && !other && c != '/')
            return false;
        word_begins = c == '/';
    }
    return !word_begins && path.len <= 255;
}

static bool is_inside(struct slice name, struct slice dir)
{
    return name.len > dir.len && slice_starts_with(name, dir) &&
           name.data[dir.len] == '/';
}

static void take_file(struct line_reader *in, struct slice dir,
                      struct manifest_file *file)
{
    struct slice line = take_line(in, "file");
    const uint8_t *blank =
        line.len > 9 ? memchr(line.data + 9, ' ', line.len - 9) : NULL;
    if (in->bad || !blank || line.data[8] != ' ' ||
        !is_lower_hex(slice_part(line, 0, 8))) {
        refuse(in, "file");
        return;
    }
    size_t size_end = (size_t)(blank - line.data);
    file->crc32 = hex_value(slice_part(line, 0, 8));
    file->name = slice_part(line, size_end + 1, line.len);
    if (!parse_decimal(slice_part(line, 9, size_end), &file->size) ||
        !is_safe_path(file->name, 1) ||
        !(is_inside(file->name, dir) || is_register_file(file->name)))
        refuse(in, "file");
}

static void take_digest(struct line_reader *in, const char *name,
                        char out[DIGEST_TEXT_SIZE])
{
    struct slice digest = take_line(in, name);
    if (digest.len != DIGEST_TEXT_SIZE - 1 || !is_lower_hex(digest))
        refuse(in, name);
    else
        memcpy(out, digest.data, digest.len);
}

/* The register for look-ups is a file of the generation. */
static void check_register(struct line_reader *in,
                           const struct manifest_generation *g)
{
    if (g->info.register_digest[0] &&
        !register_file_of(g, g->info.register_digest))
        refuse(in, "register");
}

static int take_generation(struct line_reader *in, struct arena *arena,
                           struct manifest_generation *g)
{
    g->info.generation = take_number(in, "generation", UINT64_MAX);
    struct slice engine = take_line(in, "engine");
    if (!is_safe_path(engine, 0) || engine.len >= sizeof g->info.engine)
        refuse(in, "engine");
    else
        memcpy(g->info.engine, engine.data, engine.len);
    g->dir = take_line(in, "dir");
    if (!is_safe_path(g->dir, 0))
        refuse(in, "dir");
    g->info.articles = take_number(in, "articles", UINT64_MAX);
    g->info.words = take_number(in, "words", UINT64_MAX);
    g->info.bytes = take_number(in, "bytes", UINT64_MAX);
    g->info.committed = take_signed(in, "committed");
    take_digest(in, "digest", g->info.corpus_digest);
    if (is_next(in, SLICE("register ")))
        take_digest(in, "register", g->info.register_digest);
    size_t count = (size_t)take_number(in, "files", FILES_MAX);
    if (in->bad)
        return ERR_OK;

    g->file = arena_array(arena, struct manifest_file, count);
    if (count && !g->file)
        return ERR_NOMEM;
    uint64_t bytes = 0;
    for (; !in->bad && g->file_count < count; g->file_count++) {
        take_file(in, g->dir, &g->file[g->file_count]);
        if (__builtin_add_overflow(bytes, g->file[g->file_count].size, &bytes))
            refuse(in, "file");
    }
    if (bytes != g->info.bytes)
        refuse(in, "bytes");
    if (!in->bad)
        check_register(in, g);
    return ERR_OK;
}

static bool crc_is_right(struct slice text)
{
    if (text.len < CRC_LINE_BYTES)
        return false;
    size_t at = text.len - CRC_LINE_BYTES;
    char want[CRC_LINE_BYTES + 1];
    uLong crc = crc32(0, text.data, (uInt)at);
    snprintf(want, sizeof want, "crc %08lx\n", crc & 0xffffffff);
    return memcmp(text.data + at, want, CRC_LINE_BYTES) == 0;
}

static int parse(struct slice text, const char *dir, struct arena *arena,
                 struct manifest *out, struct err *err)
{
    if (!crc_is_right(text))
        return err_set(err, ERR_CORRUPT, "%s/MANIFEST: checksum mismatch", dir);
    struct line_reader in = {
        .left = slice_part(text, 0, text.len - CRC_LINE_BYTES)};
    uint64_t format = take_number(&in, "dateline", UINT32_MAX);
    if (!in.bad && format != MANIFEST_FORMAT)
        return err_set(err, ERR_MISMATCH,
                       "%s/MANIFEST: format %" PRIu64
                       ", this program knows format %d",
                       dir, format, MANIFEST_FORMAT);
    out->analysis_version = (uint32_t)take_number(&in, "analysis", UINT32_MAX);
    out->fold_version = take_line(&in, "fold");
    size_t count = (size_t)take_number(&in, "generations", 2);
    for (; !in.bad && out->generation_count < count; out->generation_count++)
        if (take_generation(&in, arena,
                            &out->generation[out->generation_count]))
            return err_set(err, ERR_NOMEM, "%s: no memory for MANIFEST", dir);
    if (!in.bad && in.left.len)
        refuse(&in, "crc");
    if (!in.bad && count == 2 &&
        out->generation[0].info.generation <=
            out->generation[1].info.generation)
        refuse(&in, "generation");
    if (in.bad)
        return err_set(err, ERR_CORRUPT,
                       "%s/MANIFEST: no proper line '%s' where one belongs",
                       dir, in.wanted);
    return ERR_OK;
}

static int path_in(const char *dir, struct slice name, char out[PATH_MAX],
                   struct err *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%.*s", dir, SLICE_ARG(name));
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    return ERR_OK;
}

bool manifest_is_there(const char *dir)
{
    static const char begins[] = "dateline ";
    char path[PATH_MAX], start[sizeof begins - 1];
    if (path_in(dir, SLICE("MANIFEST"), path, NULL))
        return false;
    /* Not waiting for the other end, should somebody name a pipe so. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool ours = read(fd, start, sizeof start) == (ssize_t)sizeof start &&
                memcmp(start, begins, sizeof start) == 0;
    close(fd);
    return ours;
}

int manifest_read(const char *dir, struct arena *arena, struct manifest *out,
                  struct err *err)
{
    *out = (struct manifest){0};
    char path[PATH_MAX];
    int rc = path_in(dir, SLICE("MANIFEST"), path, err);
    if (rc)
        return rc;
    struct bytes_out raw = {0};
    struct slice text;
    rc = file_read(path, MANIFEST_BYTES_MAX, &raw, err);
    if (rc == ERR_NOTFOUND)
        rc = err_set(err, ERR_NOTFOUND, "%s: no index there", dir);
    if (rc == ERR_LIMIT)
        rc = err_wrap(err, ERR_CORRUPT, "no MANIFEST of ours");
    if (rc == ERR_OK &&
        arena_copy_slice(arena, (struct slice){raw.data, raw.len}, &text))
        rc = err_set(err, ERR_NOMEM, "%s: no memory for MANIFEST", dir);
    bytes_out_release(&raw);
    return rc ? rc : parse(text, dir, arena, out, err);
}

/* --- checks --- */

int manifest_check_analysis(const struct manifest *manifest, struct err *err)
{
    struct slice fold = slice_of(fold_version());
    if (manifest->analysis_version == ANALYSIS_VERSION &&
        slice_eq(manifest->fold_version, fold))
        return ERR_OK;
    return err_set(err, ERR_MISMATCH,
                   "the index was made by text analysis %" PRIu32
                   " with ICU %.*s, this program has %d with ICU %.*s; run: "
                   "dateline-index rebuild",
                   manifest->analysis_version,
                   SLICE_ARG(manifest->fold_version), ANALYSIS_VERSION,
                   SLICE_ARG(fold));
}

static int check_file(const char *dir, const struct manifest_file *file,
                      struct err *err)
{
    char path[PATH_MAX];
    uint32_t crc;
    uint64_t size;
    int rc = path_in(dir, file->name, path, err);
    if (rc == ERR_OK)
        rc = file_crc32(path, &crc, &size, err);
    if (rc)
        return rc == ERR_IO ? err_wrap(err, ERR_CORRUPT, "unreadable") : rc;
    if (size != file->size)
        return err_set(err, ERR_CORRUPT,
                       "%s: %" PRIu64 " bytes, MANIFEST says %" PRIu64, path,
                       size, file->size);
    if (crc != file->crc32)
        return err_set(err, ERR_CORRUPT, "%s: checksum mismatch", path);
    return ERR_OK;
}

/* Whether the newest generation has the very same file, which was read already. */
static bool is_newest_file(const struct manifest *manifest,
                           const struct manifest_file *file)
{
    const struct manifest_generation *newest = &manifest->generation[0];
    for (size_t i = 0; i < newest->file_count; i++) {
        const struct manifest_file *other = &newest->file[i];
        if (slice_eq(other->name, file->name) && other->size == file->size &&
            other->crc32 == file->crc32)
            return true;
    }
    return false;
}

int manifest_check_files(const char *dir, const struct manifest *manifest,
                         void (*report)(void *, const char *fault),
                         void *context, struct err *err)
{
    int first = ERR_OK;
    for (size_t g = 0; g < manifest->generation_count; g++) {
        const struct manifest_generation *generation = &manifest->generation[g];
        for (size_t i = 0; i < generation->file_count; i++) {
            struct err fault = {0};
            if (g && is_newest_file(manifest, &generation->file[i]))
                continue;
            int rc = check_file(dir, &generation->file[i], &fault);
            if (rc == ERR_OK)
                continue;
            if (rc != ERR_CORRUPT)
                return err_set(err, rc, "%s", fault.text);
            if (report)
                report(context, fault.text);
            if (first == ERR_OK)
                first = err_set(err, rc, "%s", fault.text);
        }
    }
    return first;
}
