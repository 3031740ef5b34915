#include "client/citation.h"

#include "base/err.h"

#include <string.h>

const char *const citation_names[CITED_FIELDS] = {
    "version", "generation", "corpus", "total", "total_hits", "query"};

/* Takes "name=" off the front of `line`; false when it does not stand there. */
static bool take_name(struct slice *line, const char *name)
{
    struct slice rest = *line;
    if (!slice_starts_with(rest, slice_of(name)))
        return false;
    rest = slice_part(rest, strlen(name), rest.len);
    if (rest.len == 0 || rest.data[0] != '=')
        return false;
    *line = slice_part(rest, 1, rest.len);
    return true;
}

static size_t word_len(struct slice line)
{
    const uint8_t *blank = line.len ? memchr(line.data, ' ', line.len) : NULL;
    return blank ? (size_t)(blank - line.data) : line.len;
}

int citation_parse(struct slice line, struct citation *out, struct err *err)
{
    static const char format[] = "dateline/1 ", family[] = "dateline/";
    *out = (struct citation){0};
    line = slice_trim(line);
    if (!slice_starts_with(line, slice_of(format)))
        return err_set(err, ERR_INVALID,
                       slice_starts_with(line, slice_of(family))
                           ? "this citation is of another format than "
                             "dateline/1"
                           : "this is no citation: it would begin with "
                             "dateline/1");
    line = slice_part(line, sizeof format - 1, line.len);
    while (line.len && !out->field[CITED_QUERY].data) {
        size_t field = 0;
        line = slice_trim(line);
        while (field < CITED_FIELDS && !take_name(&line, citation_names[field]))
            field++;
        size_t len = field == CITED_QUERY ? line.len : word_len(line);
        if (field < CITED_FIELDS) /* others are of a later version */
            out->field[field] = slice_part(line, 0, len);
        line = slice_part(line, len, line.len);
    }
    if (out->field[CITED_QUERY].len == 0)
        return err_set(err, ERR_INVALID, "the citation has no query");
    if (out->field[CITED_TOTAL].len == 0)
        return err_set(err, ERR_INVALID, "the citation has no total");
    return ERR_OK;
}
