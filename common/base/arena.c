#include "base/arena.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_SIZE = 32 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit};
}

void *arena_alloc_unset(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > arena->limit) /* also keeps the rounding below from wrapping */
        return NULL;
    size = (size + align - 1) & ~(align - 1);

    struct arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < size) {
        size_t payload = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        size_t bytes = sizeof *chunk + payload;
        if (bytes > arena->limit - arena->total)
            return NULL;
        chunk = mem_alloc(bytes);
        if (!chunk)
            return NULL;
        *chunk = (struct arena_chunk){.next = arena->chunks, .size = payload};
        arena->chunks = chunk;
        arena->total += bytes;
    }

    void *p = chunk->bytes + chunk->used;
    chunk->used += size;
    assert(chunk->used <= chunk->size);
    return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *p = arena_alloc_unset(arena, size);
    return p ? memset(p, 0, size) : NULL;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return arena_alloc(arena, bytes);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
    void *copy = arena_alloc_unset(arena, size);
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

int arena_copy_slice(struct arena *arena, struct slice s, struct slice *out)
{
    uint8_t *copy =
        s.len < SIZE_MAX ? arena_alloc_unset(arena, s.len + 1) : NULL;
    if (!copy)
        return ERR_NOMEM;
    if (s.len)
        memcpy(copy, s.data, s.len);
    copy[s.len] = '\0';
    *out = (struct slice){copy, s.len};
    return ERR_OK;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    char *text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(ap);
    return text;
}

void arena_reset(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        mem_free(arena->chunks);
        arena->chunks = next;
    }
    arena->total = 0;
}
