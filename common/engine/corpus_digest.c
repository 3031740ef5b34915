#include "engine/corpus_digest.h"

#include "doc/digest.h"

#include <stdio.h>
#include <string.h>

static uint64_t load(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static struct corpus_digest pair_hash(struct slice key,
                                      const char text[DIGEST_TEXT_SIZE])
{
    struct digest d = {0};
    uint8_t hash[16];
    digest_add(&d, text, DIGEST_TEXT_SIZE - 1); /* of one size: then the key */
    digest_add(&d, key.data, key.len);
    digest_end(&d, hash);
    return (struct corpus_digest){load(hash + 8), load(hash)};
}

void corpus_digest_add(struct corpus_digest *sum, struct slice key,
                       const char digest[DIGEST_TEXT_SIZE])
{
    struct corpus_digest hash = pair_hash(key, digest);
    sum->low += hash.low;
    sum->high += hash.high + (sum->low < hash.low);
}

void corpus_digest_remove(struct corpus_digest *sum, struct slice key,
                          const char digest[DIGEST_TEXT_SIZE])
{
    struct corpus_digest hash = pair_hash(key, digest);
    sum->high -= hash.high + (sum->low < hash.low);
    sum->low -= hash.low;
}

void corpus_digest_format(const struct corpus_digest *sum,
                          char out[DIGEST_TEXT_SIZE])
{
    snprintf(out, DIGEST_TEXT_SIZE, "%016llx%016llx",
             (unsigned long long)sum->high, (unsigned long long)sum->low);
}

static bool parse_half(const char *text, uint64_t *out)
{
    *out = 0;
    for (int i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        *out = *out << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

bool corpus_digest_parse(const char text[DIGEST_TEXT_SIZE],
                         struct corpus_digest *out)
{
    return parse_half(text, &out->high) && parse_half(text + 16, &out->low) &&
           text[32] == '\0';
}
