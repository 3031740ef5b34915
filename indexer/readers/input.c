#include "indexer/readers/input.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    STEP = 128 << 10,      /* bytes asked of the system at once */
    GZIP_WINDOW = 15 + 16, /* zlib.h: the largest window, gzip headers only */
};

struct input {
    char *name;
    int fd;             /* -1: the bytes were all given at open */
    struct slice bytes; /* what is left of them */

    bool gzip, inflating;
    z_stream z;
    uint8_t *packed; /* STEP bytes of the gzip file, or NULL */
    uint64_t packed_read;

    uint8_t *data; /* [start, end) is what nobody has skipped yet */
    size_t start, end, cap;
    uint64_t offset; /* of data[start] in the decompressed file */
    bool ended;
    char damage[160];
};

static int no_memory(const struct input *in, struct err *err)
{
    return err_set(err, ERR_NOMEM, "%s: no memory to read it", in->name);
}

/* The next bytes as they are stored; *got 0 at the end. */
static int read_stored(struct input *in, uint8_t *out, size_t size, size_t *got,
                       struct err *err)
{
    if (in->fd < 0) {
        *got = in->bytes.len < size ? in->bytes.len : size;
        if (*got > 0)
            memcpy(out, in->bytes.data, *got);
        in->bytes = slice_part(in->bytes, *got, in->bytes.len);
        return ERR_OK;
    }
    ssize_t n;
    do
        n = read(in->fd, out, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set_errno(err, "read", in->name);
    *got = (size_t)n;
    return ERR_OK;
}

/* --- gzip: RFC 1952; members follow each other --- */

static void *zlib_alloc(void *opaque, uInt count, uInt size)
{
    (void)opaque;
    return mem_alloc((size_t)count * size);
}

static void zlib_free(void *opaque, void *p)
{
    (void)opaque;
    mem_free(p);
}

static void set_damage(struct input *in, const char *what)
{
    snprintf(in->damage, sizeof in->damage,
             "damaged gzip data: %s (byte %" PRIu64 " of the .gz)", what,
             in->packed_read - in->z.avail_in);
    in->ended = true;
}

static int refill(struct input *in, struct err *err)
{
    size_t got;
    int rc = read_stored(in, in->packed, STEP, &got, err);
    if (rc)
        return rc;
    in->z.next_in = in->packed;
    in->z.avail_in = (uInt)got;
    in->packed_read += got;
    return ERR_OK;
}

/* Between two members. Zeros behind the last one are padding, as gzip(1) has it. */
static int next_member(struct input *in, struct err *err)
{
    bool zeros = false;
    for (;;) {
        while (in->z.avail_in > 0 && *in->z.next_in == 0) {
            in->z.next_in++;
            in->z.avail_in--;
            zeros = true;
        }
        if (in->z.avail_in > 0)
            break;
        int rc = refill(in, err);
        if (rc)
            return rc;
        if (in->z.avail_in == 0) {
            in->ended = true;
            return ERR_OK;
        }
    }
    if (zeros || *in->z.next_in != 0x1f)
        set_damage(in, "something else follows its end");
    else
        inflateReset(&in->z);
    return ERR_OK;
}

static int read_inflated(struct input *in, uint8_t *out, size_t size,
                         size_t *got, struct err *err)
{
    in->z.next_out = out;
    in->z.avail_out = (uInt)size;
    while (in->z.avail_out == size && !in->ended) {
        if (in->z.avail_in == 0) {
            int rc = refill(in, err);
            if (rc)
                return rc;
            if (in->z.avail_in == 0) {
                set_damage(in, "it ends too early");
                break;
            }
        }
        int z = inflate(&in->z, Z_NO_FLUSH);
        if (z == Z_MEM_ERROR)
            return no_memory(in, err);
        if (z == Z_STREAM_END) {
            int rc = next_member(in, err);
            if (rc)
                return rc;
        } else if (z != Z_OK && z != Z_BUF_ERROR) {
            set_damage(in, in->z.msg ? in->z.msg : "no gzip header");
        }
    }
    *got = size - in->z.avail_out;
    return ERR_OK;
}

/* --- the buffer --- */

static int make_room(struct input *in, size_t room, struct err *err)
{
    size_t held = in->end - in->start;
    if (in->cap - in->end >= room)
        return ERR_OK;
    if (in->start > 0 && in->cap - held >= room && held <= in->start) {
        memcpy(in->data, in->data + in->start, held);
    } else {
        size_t cap = 2 * held + room;
        uint8_t *data = mem_alloc(cap);
        if (!data)
            return no_memory(in, err);
        if (held > 0)
            memcpy(data, in->data + in->start, held);
        mem_free(in->data);
        in->data = data;
        in->cap = cap;
    }
    in->start = 0;
    in->end = held;
    return ERR_OK;
}

static int read_more(struct input *in, struct err *err)
{
    size_t got = 0;
    int rc = make_room(in, STEP, err);
    if (rc)
        return rc;
    if (in->gzip) {
        rc = read_inflated(in, in->data + in->end, STEP, &got, err);
    } else {
        rc = read_stored(in, in->data + in->end, STEP, &got, err);
        in->ended = !rc && got == 0;
    }
    in->end += got;
    return rc;
}

int input_fill(struct input *in, size_t want, struct slice *have,
               struct err *err)
{
    int rc = ERR_OK;
    while (!rc && !in->ended && in->end - in->start < want)
        rc = read_more(in, err);
    *have = (struct slice){in->data + in->start, in->end - in->start};
    return rc;
}

void input_skip(struct input *in, size_t n)
{
    in->start += n;
    in->offset += n;
}

uint64_t input_offset(const struct input *in)
{
    return in->offset;
}

uint64_t input_stored_offset(const struct input *in)
{
    return in->gzip ? in->packed_read - in->z.avail_in : in->offset;
}

const char *input_damage(const struct input *in)
{
    return in->damage[0] ? in->damage : NULL;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

/* --- lines --- */

static int skip_line(struct input *in, struct err *err)
{
    struct slice have;
    for (;;) {
        int rc = input_fill(in, 1, &have, err);
        if (rc)
            return rc;
        const uint8_t *newline =
            have.len ? memchr(have.data, '\n', have.len) : NULL;
        size_t used = newline ? (size_t)(newline - have.data) + 1 : have.len;
        input_skip(in, used);
        if (newline || have.len == 0)
            return INPUT_LONG;
    }
}

int input_line(struct input *in, size_t limit, struct slice *line,
               struct err *err)
{
    struct slice have;
    const uint8_t *newline = NULL;
    size_t seen = 0;
    *line = (struct slice){0};
    for (;;) {
        int rc = input_fill(in, seen + 1, &have, err);
        if (rc)
            return rc;
        if (have.len == seen)
            break;
        newline = memchr(have.data + seen, '\n', have.len - seen);
        if (newline)
            break;
        seen = have.len;
        if (seen > limit + 1)
            return skip_line(in, err);
    }
    if (!newline && (have.len == 0 || in->damage[0]))
        return INPUT_END;
    size_t len = newline ? (size_t)(newline - have.data) : have.len;
    input_skip(in, newline ? len + 1 : len);
    if (newline && len > 0 && have.data[len - 1] == '\r')
        len--;
    if (len > limit)
        return INPUT_LONG;
    *line = (struct slice){have.data, len};
    return INPUT_LINE;
}

/* --- open, close --- */

/* The first bytes decide: they stay as the buffer, or become packed bytes. */
static int look_for_gzip(struct input *in, struct err *err)
{
    struct slice have;
    int rc = input_fill(in, 3, &have, err);
    if (rc || have.len < 3 || have.data[0] != 0x1f || have.data[1] != 0x8b ||
        have.data[2] != Z_DEFLATED)
        return rc;
    in->z = (z_stream){.zalloc = zlib_alloc,
                       .zfree = zlib_free,
                       .next_in = in->data,
                       .avail_in = (uInt)have.len};
    if (inflateInit2(&in->z, GZIP_WINDOW) != Z_OK)
        return no_memory(in, err);
    in->inflating = in->gzip = true;
    in->ended = false;
    in->packed = in->data;
    in->packed_read = have.len;
    in->data = NULL;
    in->start = in->end = in->cap = 0;
    return ERR_OK;
}

static int open_on(const char *name, int fd, struct slice bytes,
                   struct input **out, struct err *err)
{
    struct input *in = mem_alloc(sizeof *in);
    char *copy = mem_alloc(strlen(name) + 1);
    *out = NULL;
    if (!in || !copy) {
        mem_free(in);
        mem_free(copy);
        if (fd > STDIN_FILENO)
            close(fd);
        return err_set(err, ERR_NOMEM, "%s: no memory to read it", name);
    }
    strcpy(copy, name);
    *in = (struct input){.name = copy, .fd = fd, .bytes = bytes};
    int rc = look_for_gzip(in, err);
    if (rc)
        input_close(in);
    else
        *out = in;
    return rc;
}

int input_open(const char *path, struct input **out, struct err *err)
{
    *out = NULL;
    if (strcmp(path, "-") == 0)
        return open_on("-", STDIN_FILENO, (struct slice){0}, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOTFOUND, "%s: no such file", path);
    if (fd < 0)
        return err_set_errno(err, "open", path);
    return open_on(path, fd, (struct slice){0}, out, err);
}

int input_open_bytes(const char *name, struct slice bytes, struct input **out,
                     struct err *err)
{
    return open_on(name, -1, bytes, out, err);
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->inflating)
        inflateEnd(&in->z);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    mem_free(in->packed);
    mem_free(in->data);
    mem_free(in->name);
    mem_free(in);
}
