/* options.h - command lines, the same way in all three programs.
 *
 * A program describes its options in a table; the table parses and is also the
 * text of --help. Options stand before or after the other words; "--" ends them;
 * "--name=value" and "--name value" are the same, and so are "-x value" and
 * "-xvalue"; an option given again overrides. -h and --help, --version are always
 * there; --version prints the name in argv[0] and the version, and exits.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum option_kind {
    OPTION_FLAG,   /* bool *      set to true */
    OPTION_TEXT,   /* const char ** */
    OPTION_LIST,   /* struct option_list *, may be given again */
    OPTION_NUMBER, /* long *      min..max */
    OPTION_BYTES,  /* long *      as NUMBER, with K, M or G behind it */
};

enum { OPTION_LIST_MAX = 64 };
struct option_list {
    const char *item[OPTION_LIST_MAX];
    size_t count;
};

struct option {
    const char *name; /* without the dashes; the last row's name is NULL */
    char letter;      /* -x, or 0 */
    enum option_kind kind;
    void *value;
    const char *placeholder; /* "DIR"; NULL for a flag */
    const char *help;
    long min, max; /* NUMBER and BYTES */
};

/* Parse argv[first..argc). What is no option is moved to argv[first..], in order,
 * and counted in *rest. ERR_INVALID with a sentence ("unknown option --soket; did
 * you mean --socket?"). *help is set when --help or -h was seen, and then nothing
 * behind it was read. */
int options_parse(const struct option *table, int argc, char **argv, int first,
                  int *rest, bool *help, struct err *err);

/* The option rows of a help text, aligned, on stdout. */
void options_print(const struct option *table);

#endif
