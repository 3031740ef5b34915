/* err.h - how a failure travels from where it happens to who must act.
 *
 * A function that can fail returns 0, or one negative code from ERR_LIST. The
 * code is for the program: retry, skip this document, refuse this query, stop.
 * The text in `struct err` is for a person, and is written by the function that
 * saw the failure, because nobody above it knows the file name and the offset.
 *
 *     if (size < HEADER_SIZE)
 *         return err_set(err, ERR_CORRUPT, "%s: %zu bytes, header needs %d",
 *                        path, size, HEADER_SIZE);
 *
 * A caller that knows more adds it in front with err_wrap() and passes the same
 * code on. `err` may be NULL wherever it is a parameter.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

#define ERR_LIST(X)                                                            \
    X(NOMEM, -1, "out of memory")                                              \
    X(IO, -2, "the system refused a read or write")                            \
    X(CORRUPT, -3, "stored data breaks its own format")                        \
    X(INVALID, -4, "the request makes no sense")                               \
    X(NOTFOUND, -5, "no such thing")                                           \
    X(LIMIT, -6, "a configured limit was reached")                             \
    X(UNSUPPORTED, -7, "not yet evaluated by this engine")                     \
    X(LOCKED, -8, "another writer holds the index")                            \
    X(MISMATCH, -9, "made by another version of the text analysis")            \
    X(CANCELLED, -10, "nobody waits for the answer any more")                  \
    X(DEADLINE, -11, "the deadline passed")                                    \
    X(GONE, -12, "that generation is retired")

enum err_code {
    ERR_OK = 0,
#define ERR_ENUM(name, value, meaning) ERR_##name = value,
    ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
};

enum { ERR_NOWHERE = -1 };

struct err {
    int code;
    int at; /* byte offset in a query, or ERR_NOWHERE; set by err_set_at() */
    char text[400];
};

/* Record a failure. Returns `code`, so that `return err_set(...)` is one line.
 */
__attribute__((format(printf, 3, 4))) int err_set(struct err *err, int code,
                                                  const char *fmt, ...);

/* The same, with the byte offset of the fault in what the user typed. */
__attribute__((format(printf, 4, 5))) int
err_set_at(struct err *err, int code, size_t at, const char *fmt, ...);

/* ERR_NOMEM or ERR_IO for a system call that just failed; the text is
 * "doing name: strerror(errno)". */
int err_set_errno(struct err *err, const char *doing, const char *name);

/* Put context in front of the text already there: "segment 7: postings: ...".
 */
__attribute__((format(printf, 3, 4))) int err_wrap(struct err *err, int code,
                                                   const char *fmt, ...);

/* The code's name, "CORRUPT"; never NULL. For logs and the wire protocol. */
const char *err_name(int code);

#endif
