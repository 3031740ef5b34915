#include "base/utf8.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

bool utf8_valid(struct slice s, size_t *bad_at)
{
    for (size_t at = 0; at < s.len;) {
        size_t before = at;
        int32_t c;
        U8_NEXT(s.data, at, s.len, c);
        if (c < 0) {
            *bad_at = before;
            return false;
        }
    }
    return true;
}

uint32_t utf8_next(struct slice s, size_t *at)
{
    size_t before = *at, after = before;
    int32_t c;
    U8_NEXT(s.data, after, s.len, c);
    *at = c < 0 ? before + 1 : after;
    return c < 0 ? 0xfffd : (uint32_t)c;
}

size_t utf8_put(uint32_t code_point, uint8_t out[4])
{
    size_t len = 0;
    U8_APPEND_UNSAFE(out, len, code_point);
    return len;
}

static size_t columns_of(uint32_t c)
{
    int type = u_charType((UChar32)c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK ||
        type == U_FORMAT_CHAR || type == U_CONTROL_CHAR)
        return 0;
    int width = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

size_t utf8_columns(struct slice s)
{
    size_t columns = 0;
    for (size_t at = 0; at < s.len;)
        columns += columns_of(utf8_next(s, &at));
    return columns;
}
