#include "queryd/cursor.h"

#include "base/err.h"
#include "base/hash_map.h"

#include <math.h>
#include <string.h>

enum { CURSOR_VERSION = 1, CHECK_SIZE = 8 };

void cursor_write(const struct cursor *cursor, struct strbuf *out)
{
    uint64_t score;
    memcpy(&score, &cursor->after.score, sizeof score);
    struct bytes_out bytes = {0};
    put_u8(&bytes, CURSOR_VERSION);
    put_u64(&bytes, cursor->generation);
    put_u64(&bytes, cursor->question);
    put_u64(&bytes, score);
    put_u64(&bytes, (uint64_t)cursor->after.date);
    put_slice(&bytes, cursor->after.key);
    if (!bytes.failed)
        put_u64(&bytes, hash_bytes((struct slice){bytes.data, bytes.len}));
    for (size_t i = 0; i < bytes.len; i++)
        strbuf_addf(out, "%02x", bytes.data[i]);
    out->failed |= bytes.failed;
    bytes_out_release(&bytes);
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int damaged(struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "the cursor is damaged; repeat the query without it");
}

int cursor_read(struct slice text, struct arena *arena, struct cursor *out,
                struct err *err)
{
    size_t len = text.len / 2;
    uint8_t *byte = arena_alloc(arena, len + 1);
    if (!byte)
        return err_set(err, ERR_NOMEM, "no memory for the cursor");
    for (size_t i = 0; i < len; i++) {
        int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return damaged(err);
        byte[i] = (uint8_t)(high * 16 + low);
    }
    if (text.len % 2 || len < CHECK_SIZE)
        return damaged(err);

    struct slice checked = {byte, len - CHECK_SIZE};
    struct bytes_in in = bytes_in(checked);
    struct bytes_in check =
        bytes_in((struct slice){byte + checked.len, CHECK_SIZE});
    uint8_t version = get_u8(&in);
    *out = (struct cursor){.generation = get_u64(&in)};
    out->question = get_u64(&in);
    uint64_t score = get_u64(&in);
    memcpy(&out->after.score, &score, sizeof score);
    out->after.date = (int64_t)get_u64(&in);
    out->after.key = get_slice(&in);
    out->after.set = true;
    if (in.bad || in.at != in.end || version != CURSOR_VERSION ||
        !isfinite(out->after.score) || get_u64(&check) != hash_bytes(checked))
        return damaged(err);
    return ERR_OK;
}
