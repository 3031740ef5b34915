#include "base/options.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 40,    /* longer words are not worth a suggestion */
    TYPO_DISTANCE = 2,      /* edits that still count as a typing mistake */
    LABEL_COLUMNS_MAX = 30, /* a longer label gets its own line in --help */
    HELP_COLUMNS = 79,
};

/* What options_parse() is doing. */
struct parse {
    const struct option *table;
    int argc, at; /* argv[at] is being read */
    char **argv;
    struct err *err;
};

static const struct option help_row = {
    .name = "help", .letter = 'h', .help = "show this help"};
static const struct option version_row = {.name = "version",
                                          .help = "show the version"};

static const struct option *by_name(const struct option *table,
                                    const char *name, size_t len)
{
    for (const struct option *o = table; o->name; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct option *by_letter(const struct option *table, char letter)
{
    for (const struct option *o = table; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* --- suggestions --- */

/* Levenshtein distance, by rows. Both are shorter than NAME_MAX_BYTES. */
static int edit_distance(const char *a, size_t a_len, const char *b,
                         size_t b_len)
{
    int row[NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a_len; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_len; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}

/* The option that was probably meant: what `name` begins, or a typing mistake
 * away; NULL for none. */
static const char *nearest(const struct option *table, const char *name,
                           size_t len)
{
    const char *best = NULL;
    int best_distance = TYPO_DISTANCE + 1;
    for (const struct option *o = table; len < NAME_MAX_BYTES && o->name; o++) {
        size_t o_len = strlen(o->name);
        assert(o_len < NAME_MAX_BYTES);
        bool begins = len >= 2 && len < o_len && !memcmp(o->name, name, len);
        int distance = begins ? 1 : edit_distance(name, len, o->name, o_len);
        if (distance < best_distance && (size_t)distance < len) {
            best = o->name;
            best_distance = distance;
        }
    }
    return best;
}

static int unknown_name(const struct parse *p, const char *name, size_t len)
{
    const char *meant = nearest(p->table, name, len);
    if (meant)
        return err_set(p->err, ERR_INVALID,
                       "unknown option --%.*s; did you mean --%s?", (int)len,
                       name, meant);
    return err_set(p->err, ERR_INVALID, "unknown option --%.*s", (int)len,
                   name);
}

/* A dash may also begin a word, as in a query. */
static int unknown_letters(const struct parse *p, const char *word)
{
    return err_set(p->err, ERR_INVALID,
                   "unknown option %s (a word that begins with a dash stands "
                   "behind --)",
                   word);
}

/* --- values --- */

static long unit_of(char letter)
{
    switch (letter) {
    case 'k':
    case 'K':
        return 1L << 10;
    case 'm':
    case 'M':
        return 1L << 20;
    case 'g':
    case 'G':
        return 1L << 30;
    default:
        return 0;
    }
}

/* 512M for 536870912 where that is what a person would have typed. */
static void print_bytes(long n, char out[32])
{
    static const char letters[] = {'G', 'M', 'K'};
    for (size_t i = 0; n && i < sizeof letters; i++)
        if (n % unit_of(letters[i]) == 0) {
            snprintf(out, 32, "%ld%c", n / unit_of(letters[i]), letters[i]);
            return;
        }
    snprintf(out, 32, "%ld", n);
}

static int set_number(const struct option *o, const char *text, struct err *err)
{
    const char *what = o->kind == OPTION_BYTES
                           ? "a number, or one with K, M or G"
                           : "a number";
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    /* strtol skips white space, and takes a plus sign. */
    bool digits = *text == '-' || (*text >= '0' && *text <= '9');
    bool overflow = errno == ERANGE;
    if (digits && end != text && o->kind == OPTION_BYTES && unit_of(*end)) {
        overflow |= __builtin_mul_overflow(n, unit_of(*end), &n);
        end++;
    }
    if (!digits || end == text || *end)
        return err_set(err, ERR_INVALID, "--%s needs %s, not '%s'", o->name,
                       what, text);
    if (overflow || n < o->min || n > o->max) {
        char min[32], max[32];
        snprintf(min, sizeof min, "%ld", o->min);
        snprintf(max, sizeof max, "%ld", o->max);
        if (o->kind == OPTION_BYTES) {
            print_bytes(o->min, min);
            print_bytes(o->max, max);
        }
        return err_set(err, ERR_INVALID, "--%s: %s is not between %s and %s",
                       o->name, text, min, max);
    }
    *(long *)o->value = n;
    return ERR_OK;
}

static int set_value(const struct option *o, const char *text, struct err *err)
{
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)o->value = true;
        return ERR_OK;
    case OPTION_TEXT:
        *(const char **)o->value = text;
        return ERR_OK;
    case OPTION_LIST: {
        struct option_list *list = o->value;
        if (list->count == OPTION_LIST_MAX)
            return err_set(err, ERR_INVALID, "--%s is given more than %d times",
                           o->name, OPTION_LIST_MAX);
        list->item[list->count++] = text;
        return ERR_OK;
    }
    case OPTION_NUMBER:
    case OPTION_BYTES:
        return set_number(o, text, err);
    }
    assert(false && "an option of no kind");
    return ERR_INVALID;
}

/* The value is what stands behind '=' or the letter, else the next word. */
static int read_value(struct parse *p, const struct option *o,
                      const char *attached)
{
    if (attached)
        return set_value(o, attached, p->err);
    if (p->at + 1 >= p->argc)
        return err_set(p->err, ERR_INVALID, "--%s needs a value: --%s %s",
                       o->name, o->name, o->placeholder);
    return set_value(o, p->argv[++p->at], p->err);
}

/* --- words --- */

static void print_version(const char *program)
{
    const char *slash = strrchr(program, '/');
    printf("%s %s\n", slash ? slash + 1 : program, DATELINE_VERSION);
}

static int read_long(struct parse *p, const char *name, bool *help)
{
    size_t len = strcspn(name, "=");
    const char *attached = name[len] ? name + len + 1 : NULL;
    const struct option *o = by_name(p->table, name, len);
    if (!o && !attached && strcmp(name, help_row.name) == 0) {
        *help = true;
        return ERR_OK;
    }
    if (!o && !attached && strcmp(name, version_row.name) == 0) {
        print_version(p->argv[0]);
        exit(EXIT_SUCCESS);
    }
    if (!o)
        return unknown_name(p, name, len);
    if (o->kind != OPTION_FLAG)
        return read_value(p, o, attached);
    if (attached)
        return err_set(p->err, ERR_INVALID, "--%s takes no value", o->name);
    return set_value(o, NULL, p->err);
}

/* "-q", "-qv", "-n5" */
static int read_letters(struct parse *p, const char *word, bool *help)
{
    int rc = ERR_OK;
    for (const char *at = word + 1; rc == ERR_OK && *at; at++) {
        const struct option *o = by_letter(p->table, *at);
        if (!o && *at == help_row.letter)
            *help = true;
        else if (!o)
            rc = unknown_letters(p, word);
        else if (o->kind != OPTION_FLAG)
            return read_value(p, o, at[1] ? at + 1 : NULL);
        else
            rc = set_value(o, NULL, p->err);
    }
    return rc;
}

int options_parse(const struct option *table, int argc, char **argv, int first,
                  int *rest, bool *help, struct err *err)
{
    struct parse p = {
        .table = table, .argc = argc, .at = first, .argv = argv, .err = err};
    int rc = ERR_OK;
    bool ended = false;
    *rest = 0;
    *help = false;
    for (; rc == ERR_OK && !*help && p.at < argc; p.at++) {
        char *word = argv[p.at];
        if (ended || word[0] != '-' || !word[1])
            argv[first + (*rest)++] = word;
        else if (word[1] != '-')
            rc = read_letters(&p, word, help);
        else if (word[2])
            rc = read_long(&p, word + 2, help);
        else
            ended = true;
    }
    return rc;
}

/* --- help --- */

static int label_columns(const struct option *o)
{
    size_t columns = strlen("  -x, --") + strlen(o->name);
    if (o->placeholder)
        columns += 1 + strlen(o->placeholder);
    return (int)columns;
}

/* Words of `text` from column `left` on; a line ends before HELP_COLUMNS. */
static void print_wrapped(const char *text, int left)
{
    int column = left;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (column > left && column + 1 + word > HELP_COLUMNS) {
            printf("\n%*s", left, "");
            column = left;
        }
        column += printf("%s%.*s", column > left ? " " : "", word, text);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_row(const struct option *o, int left)
{
    if (o->letter)
        printf("  -%c, --%s", o->letter, o->name);
    else
        printf("      --%s", o->name);
    if (o->placeholder)
        printf(" %s", o->placeholder);
    int columns = label_columns(o);
    if (columns + 2 > left) {
        putchar('\n');
        columns = 0;
    }
    printf("%*s", left - columns, "");
    print_wrapped(o->help, left);
}

void options_print(const struct option *table)
{
    int left = label_columns(&version_row);
    for (const struct option *o = table; o->name; o++)
        if (label_columns(o) > left && label_columns(o) <= LABEL_COLUMNS_MAX)
            left = label_columns(o);
    left += 2;
    for (const struct option *o = table; o->name; o++)
        print_row(o, left);
    if (!by_name(table, help_row.name, strlen(help_row.name)))
        print_row(&help_row, left);
    if (!by_name(table, version_row.name, strlen(version_row.name)))
        print_row(&version_row, left);
}
