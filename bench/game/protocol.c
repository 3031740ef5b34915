#include "bench/game/protocol.h"

#include "base/err.h"

static const struct {
    const char *name;
    size_t top;
    bool counts;
} commands[] = {
    [GAME_COUNT] = {"COUNT", 0, true},
    [GAME_TOP_10] = {"TOP_10", 10, false},
    [GAME_TOP_100] = {"TOP_100", 100, false},
    [GAME_TOP_10_COUNT] = {"TOP_10_COUNT", 10, true},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

size_t game_question_top(const struct game_question *question)
{
    return commands[question->command].top;
}

bool game_question_counts(const struct game_question *question)
{
    return commands[question->command].counts;
}

/* --- questions --- */

static int split(struct slice text, struct game_question *out, struct err *err)
{
    size_t at = 0;
    out->count = 0;
    while (at < text.len) {
        size_t start = at;
        while (at < text.len && text.data[at] != ' ')
            at++;
        if (at > start) {
            if (out->count == GAME_WORDS_MAX)
                return err_set(err, ERR_INVALID, "more than %d words",
                               GAME_WORDS_MAX);
            out->word[out->count++] = slice_part(text, start, at);
        }
        at++;
    }
    return out->count ? ERR_OK : err_set(err, ERR_INVALID, "no words");
}

static bool has(struct slice word, char c)
{
    return memchr(word.data, c, word.len) != NULL;
}

static int parse_phrase(struct slice text, struct game_question *out,
                        struct err *err)
{
    if (text.len < 2 || text.data[text.len - 1] != '"' ||
        has(slice_part(text, 1, text.len - 1), '"'))
        return err_set(err, ERR_INVALID, "a quote that does not end the query");
    out->form = GAME_PHRASE;
    return split(slice_part(text, 1, text.len - 1), out, err);
}

static int parse_words(struct slice text, struct game_question *out,
                       struct err *err)
{
    int rc = split(text, out, err);
    if (rc)
        return rc;
    out->form = out->word[0].data[0] == '+' ? GAME_ALL : GAME_ANY;
    for (size_t i = 0; i < out->count; i++) {
        struct slice *word = &out->word[i];
        if (out->form == GAME_ALL && word->data[0] == '+')
            *word = slice_part(*word, 1, word->len);
        else if (out->form == GAME_ALL)
            return err_set(err, ERR_INVALID, "a word without its +");
        if (word->len == 0 || has(*word, '+') || has(*word, '"'))
            return err_set(err, ERR_INVALID, "a word that is none: '%.*s'",
                           SLICE_ARG(*word));
    }
    return ERR_OK;
}

int game_question_parse(struct slice line, struct game_question *out,
                        struct err *err)
{
    const uint8_t *tab = memchr(line.data, '\t', line.len);
    if (!tab)
        return err_set(err, ERR_INVALID, "no tab");
    size_t at = (size_t)(tab - line.data);
    struct slice name = slice_part(line, 0, at);
    struct slice text = slice_part(line, at + 1, line.len);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (!slice_eq(name, slice_of(commands[i].name)))
            continue;
        out->command = (enum game_command)i;
        return text.len && text.data[0] == '"' ? parse_phrase(text, out, err)
                                               : parse_words(text, out, err);
    }
    return err_set(err, ERR_INVALID, "unknown command '%.*s'", SLICE_ARG(name));
}

/* --- articles --- */

/* Take `literal` off the front of *rest. */
static bool skip(struct slice *rest, struct slice literal)
{
    if (!slice_starts_with(*rest, literal))
        return false;
    *rest = slice_part(*rest, literal.len, rest->len);
    return true;
}

/* Up to the next quote, which is taken, too. */
static bool take_string(struct slice *rest, struct slice *out)
{
    const uint8_t *quote = memchr(rest->data, '"', rest->len);
    if (!quote)
        return false;
    size_t len = (size_t)(quote - rest->data);
    *out = slice_part(*rest, 0, len);
    *rest = slice_part(*rest, len + 1, rest->len);
    return !has(*out, '\\');
}

int game_article_parse(struct slice line, struct game_article *out,
                       struct err *err)
{
    struct slice rest = line;
    if (skip(&rest, SLICE("{\"id\":\"")) && take_string(&rest, &out->id) &&
        skip(&rest, SLICE(",\"text\":\"")) && take_string(&rest, &out->text) &&
        slice_eq(rest, SLICE("}")))
        return ERR_OK;
    return err_set(err, ERR_INVALID, "no {\"id\":\"...\",\"text\":\"...\"}");
}
