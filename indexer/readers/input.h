/* input.h - a stream of decompressed bytes with a name, and the walk that finds
 * the files.
 *
 * A file is read as it is, or through gunzip when its first bytes say so (any
 * number of members); "-" is standard input. Bytes are looked at in place:
 *
 *     rc = input_fill(in, 64, &have, &err);   // at least 64 bytes, or all there are
 *     ... use have.data[0 .. have.len) ...
 *     input_skip(in, used);
 *
 *   Ownership   slices stay until the next input_fill(), input_line() or close
 *   Threads     one input belongs to one thread
 *   Errors      ERR_IO, ERR_NOMEM, ERR_LIMIT. Damaged gzip data is no error: the
 *               stream ends there and input_damage() says why, so that a reader
 *               can keep what came before and reject the rest
 */
#ifndef READERS_INPUT_H
#define READERS_INPUT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct input;

enum { INPUT_HEAD = 64 << 10 }; /* what recognition gets to see */

int input_open(const char *path, struct input **out, struct err *err);
/* Bytes in memory, gunzipped when they are gzip; `bytes` is borrowed until
 * close. */
int input_open_bytes(const char *name, struct slice bytes, struct input **out,
                     struct err *err);
void input_close(struct input *in); /* NULL is fine */

const char *input_name(const struct input *in);

/* Everything that is buffered: at least `want` bytes, less only at the end. */
int input_fill(struct input *in, size_t want, struct slice *have,
               struct err *err);
/* Needs n <= the length that input_fill() gave. */
void input_skip(struct input *in, size_t n);
/* Offset in the decompressed file of the first byte not skipped yet. */
uint64_t input_offset(const struct input *in);
/* How much of the file that is, about, as it is stored. */
uint64_t input_stored_offset(const struct input *in);

/* The next line, without its "\n" or "\r\n"; it is skipped. INPUT_LONG: longer than
 * `limit`, skipped unseen. A last line that damage cut off is not given.
 * Negative: an error. */
enum input_step { INPUT_END, INPUT_LINE, INPUT_LONG };
int input_line(struct input *in, size_t limit, struct slice *line,
               struct err *err);

/* NULL, or why the stream ended before its time. */
const char *input_damage(const struct input *in);

/* Calls `visit` for every file: those named in `paths` as they come, those in a
 * folder in the order of their names' bytes, its subfolders among them. Names that
 * begin with a dot are passed over inside folders, links are followed, a link back
 * to a folder above is passed over, and so is the folder of an index. A path that cannot be read is visited too,
 * with `failure` saying why. A visit that returns not 0 ends the walk, which
 * returns the same. */
typedef int input_visit(void *context, const char *path,
                        const struct err *failure);
int input_walk(const char *const *paths, size_t count, input_visit *visit,
               void *context, struct err *err);

#endif
