/* Edit distance with transpositions of neighbours (optimal string alignment), since
 * "tilte" is the commonest kind of slip: F. J. Damerau, "A technique for computer
 * detection and correction of spelling errors", CACM 7(3), 1964. */
#include "base/err.h"
#include "base/limits.h"
#include "entity/register.h"
#include "query/lex.h"
#include "query/resolve_internal.h"
#include "text/fold.h"

#include <string.h>

enum { NAME_MAX_BYTES = 40 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Both at most NAME_MAX_BYTES long. */
static unsigned edits(struct slice a, struct slice b)
{
    unsigned d[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
    for (unsigned i = 0; i <= a.len; i++)
        d[i][0] = i;
    for (unsigned j = 0; j <= b.len; j++)
        d[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++)
        for (unsigned j = 1; j <= b.len; j++) {
            bool same = a.data[i - 1] == b.data[j - 1];
            unsigned best = d[i - 1][j - 1] + !same;
            best = least(best, d[i - 1][j] + 1);
            best = least(best, d[i][j - 1] + 1);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1])
                best = least(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    return d[a.len][b.len];
}

const char *suggest_field(struct slice typed)
{
    static const struct {
        const char *typed, *field;
    } names[] = {{"title", "title"},      {"source", "source"},
                 {"lang", "lang"},        {"topic", "topic"},
                 {"key", "key"},          {"date", "date"},
                 {"person", "person"},    {"place", "place"},
                 {"org", "org"},          {"since", "since"},
                 {"generation", "since"}, {"headline", "title"},
                 {"language", "lang"},    {"subject", "topic"},
                 {"published", "date"},   {"publisher", "source"},
                 {"location", "place"},   {"organisation", "org"}};
    if (typed.len > NAME_MAX_BYTES)
        return NULL;
    const char *best = NULL;
    unsigned best_edits = typed.len <= 4 ? 2 : 3; /* one, or two, will do */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsigned found = edits(typed, slice_of(names[i].typed));
        if (found < best_edits) {
            best_edits = found;
            best = names[i].field;
        }
    }
    return best;
}

bool suggest_operator(struct slice run, const char **name)
{
    static const char *const names[] = {"NEAR", "ADJ", "NOTNEAR"};
    const uint8_t *slash = memchr(run.data, '/', run.len);
    size_t len = slash ? (size_t)(slash - run.data) : 0;
    if (len < 3 || len > NAME_MAX_BYTES || len + 1 == run.len)
        return false;
    bool unit = len + 2 == run.len && strchr("SsPp", run.data[len + 1]);
    for (size_t i = len + 1; i < run.len && !unit; i++)
        if (run.data[i] < '0' || run.data[i] > '9')
            return false;

    uint8_t capitals[NAME_MAX_BYTES];
    for (size_t i = 0; i < len; i++) {
        uint8_t c = run.data[i];
        capitals[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (edits((struct slice){capitals, len}, slice_of(names[i])) <= !unit) {
            *name = names[i];
            return true;
        }
    return false;
}

/* One slip in a short name, two in a longer one. */
static unsigned slips_allowed(size_t len)
{
    return len < 4 ? 0 : len <= 6 ? 1 : 2;
}

struct slice suggest_name(const struct entity_register *entities,
                          struct slice typed, struct arena *arena)
{
    struct slice best = {0}, wanted;
    unsigned least_edits = slips_allowed(typed.len) + 1;
    struct arena scratch;
    if (fold_word(typed, arena, &wanted) || wanted.len > NAME_MAX_BYTES)
        return best;
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    for (size_t i = 0; i < entities->count; i++) {
        const struct entity *entity = &entities->entity[i];
        for (size_t k = 0; k < entity->alias_count; k++) {
            struct slice name = entity->alias[k].text, folded;
            if (name.len > wanted.len + 4 || wanted.len > name.len + 4 ||
                fold_word(name, &scratch, &folded) ||
                folded.len > NAME_MAX_BYTES)
                continue;
            unsigned found = edits(wanted, folded);
            if (found < least_edits) {
                least_edits = found;
                best = name;
            }
        }
        arena_reset(&scratch);
    }
    return best;
}
