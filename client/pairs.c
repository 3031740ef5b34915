#include "client/pairs.h"

#include "base/err.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

void pairs_init(struct pairs *pairs, FILE *file)
{
    *pairs = (struct pairs){.file = file};
}

void pairs_release(struct pairs *pairs)
{
    free(pairs->text);
}

int pairs_next(struct pairs *pairs, struct pair *pair, struct err *err)
{
    struct slice line;
    *pair = (struct pair){0};
    do {
        ssize_t n = getline(&pairs->text, &pairs->size, pairs->file);
        if (n < 0)
            return ferror(pairs->file) ? err_set_errno(err, "read", "lines")
                                       : 0;
        pair->line = ++pairs->line;
        line =
            slice_trim((struct slice){(const uint8_t *)pairs->text, (size_t)n});
    } while (line.len == 0 || line.data[0] == '#');
    const uint8_t *tab = memchr(line.data, '\t', line.len);
    if (!tab) /* trimmed: behind a TAB and before it there is something */
        return err_set(err, ERR_INVALID, "there is no TAB behind the name");
    size_t at = (size_t)(tab - line.data);
    pair->name = slice_trim(slice_part(line, 0, at));
    pair->value = slice_trim(slice_part(line, at, line.len));
    return 1;
}

bool pair_name_is_good(struct slice name)
{
    size_t bad_at;
    if (name.len == 0 || name.data[0] == '#' || !utf8_valid(name, &bad_at))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] == 0x7f)
            return false;
    return true;
}
