/* text_queue.h - articles on their way to a stored_writer, which may have a thread of its
 * own: compressing takes longer than all that is done with their words while they come.
 *
 * Articles are stored in the order in which they were put, so that the thread leaves no
 * trace in the section. It is started when there is enough for it to do. The
 * stored_writer is the queue's from open to finish or close.
 *
 *   Ownership   borrows the stored_writer, copies the articles
 *   Threads     all calls from one
 *   Errors      what storing an article failed with may be told by a later call
 */
#ifndef ENGINE_NATIVE_INVERT_TEXT_QUEUE_H
#define ENGINE_NATIVE_INVERT_TEXT_QUEUE_H

#include "doc/article.h"
#include "segment/stored.h"

struct text_queue;

/* Without `threaded`, articles are stored as they are put. */
int text_queue_open(struct stored_writer *stored, bool threaded,
                    struct text_queue **out, struct err *err);
/* *ticket as stored_add() gives it. */
int text_queue_put(struct text_queue *queue, const struct article *article,
                   uint32_t *ticket, struct err *err);
/* All are stored; nothing more may be put. */
int text_queue_finish(struct text_queue *queue, struct err *err);
/* With that of the stored_writer. With a thread it is said to be the same at all times,
 * since what is written when memory is used up must not depend on who is faster. */
enum { TEXT_QUEUE_MEMORY = 16 << 20 };
size_t text_queue_memory(const struct text_queue *queue);
/* What waits is not stored. NULL is fine. */
void text_queue_close(struct text_queue *queue);

#endif
