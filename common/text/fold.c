#include "text/fold.h"

#include "base/err.h"
#include "text/fold_fast.h"
#include "text/fold_icu.h"

#include <string.h>
#include <unicode/uvernum.h>

size_t fold_fast(struct slice word, uint8_t *out, size_t enough)
{
    size_t len = 0;
    for (size_t at = 0; at < word.len && len < enough;) {
        uint8_t lead = word.data[at];
        size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        uint32_t c = lead;
        if (size == 2)
            c = (lead & 0x1fu) << 6 | (word.data[at + 1] & 0x3fu);
        if (size <= 2 && c < CHAR_SIMPLE_END && (char_class(c) & CHAR_FAST)) {
            struct simple_fold simple = char_simple_fold[c];
            memcpy(out + len, simple.bytes, sizeof simple.bytes);
            len += simple.len;
        } else { /* itself; also the '.' and ',' of numbers */
            memcpy(out + len, word.data + at, size);
            len += size;
        }
        at += size;
    }
    return len;
}

/* '.' and ',' stand in numbers, and are what they are. */
static struct char_summary summary_of(struct slice word)
{
    struct char_summary sum = char_summary_empty();
    for (size_t at = 0; at < word.len;) {
        bool plain = word.data[at] == '.' || word.data[at] == ',';
        uint16_t class = char_class_next(word, &at);
        char_summary_add(&sum, plain ? CHAR_FAST : class);
    }
    return sum;
}

int fold_word(struct slice word, struct arena *arena, struct slice *out)
{
    int rc = fold_icu_ready();
    if (rc)
        return rc;
    struct char_summary sum = summary_of(word);
    if (!fold_is_fast(&sum)) {
        rc = fold_icu(word, arena, out);
    } else {
        /* Two bytes may become three. */
        size_t enough = word.len + word.len / 2 + 1;
        uint8_t *room = arena_alloc(arena, enough + FOLD_FAST_SLACK);
        if (!room)
            return text_refusal(arena, enough);
        *out = (struct slice){room, fold_fast(word, room, enough)};
    }
    if (!rc && slice_eq(*out, word))
        *out = word;
    return rc;
}

const char *fold_version(void)
{
    return U_ICU_VERSION;
}
