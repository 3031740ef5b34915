#include "doc/article.h"

#include "base/err.h"
#include "base/limits.h"
#include "doc/digest.h"

#include <string.h>

static const char *const part_names[PART_COUNT] = {"title", "summary", "body",
                                                   "captions"};
static const char *const origin_names[] = {"none", "given", "dateline",
                                           "caption", "file name"};

const char *article_part_name(enum article_part part)
{
    return part_names[part];
}

const char *date_origin_name(enum date_origin origin)
{
    return origin_names[origin];
}

/* The length goes before each part, so that a word moved from the end of one part
 * to the start of the next is another text. */
void article_digest(const struct article *article, char out[DIGEST_TEXT_SIZE])
{
    struct digest d = {0};
    for (int part = 0; part < PART_COUNT; part++) {
        struct slice text = article->text[part];
        uint8_t len[8];
        for (int i = 0; i < 8; i++)
            len[i] = (uint8_t)((uint64_t)text.len >> (8 * i));
        digest_add(&d, len, sizeof len);
        digest_add(&d, text.data, text.len);
    }
    digest_end_text(&d, out);
}

/* Keys stand in URLs, logs and tab-separated lines. */
static void make_printable(char *key)
{
    for (; *key; key++)
        if ((uint8_t)*key <= ' ' || *key == 0x7f)
            *key = '_';
}

/* Cut before a character, never inside one. */
static size_t cut_before(const char *text, size_t len)
{
    while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* The hash is of the whole key, so that keys that begin alike stay apart. */
static int shorten(char **key, size_t len, struct arena *arena)
{
    char hash[DIGEST_TEXT_SIZE];
    struct digest d = {0};
    digest_add(&d, *key, len);
    digest_end_text(&d, hash);
    size_t head = cut_before(*key, (size_t)LIMIT_KEY_BYTES - 1 - strlen(hash));
    *key = arena_printf(arena, "%.*s~%s", (int)head, *key, hash);
    return *key ? ERR_OK : ERR_NOMEM;
}

static char *join(struct arena *arena, struct slice a, char between,
                  struct slice b)
{
    char *key = arena_alloc(arena, a.len + 1 + b.len + 1);
    if (!key)
        return NULL;
    memcpy(key, a.data, a.len);
    key[a.len] = between;
    memcpy(key + a.len + 1, b.data, b.len);
    return key;
}

int article_assign_key(struct article *article, struct arena *arena)
{
    char *key, digest[DIGEST_TEXT_SIZE];
    size_t len;
    if (article->source.len > 0 && article->id.len > 0) {
        key = join(arena, article->source, ':', article->id);
        len = article->source.len + 1 + article->id.len;
    } else if (article->url.len > 0) {
        struct slice copy;
        if (arena_copy_slice(arena, article->url, &copy))
            return ERR_NOMEM;
        key = (char *)(uintptr_t)copy.data;
        len = copy.len;
    } else {
        article_digest(article, digest);
        key = arena_printf(arena, "digest:%s", digest);
        len = strlen("digest:") + strlen(digest);
    }
    if (!key)
        return ERR_NOMEM;
    /* A NUL inside would cut what is printed below. */
    for (size_t i = 0; i < len; i++)
        if (key[i] == '\0')
            key[i] = '_';
    make_printable(key);
    if (len > LIMIT_KEY_BYTES && shorten(&key, len, arena))
        return ERR_NOMEM;
    article->key = slice_of(key);
    return ERR_OK;
}
