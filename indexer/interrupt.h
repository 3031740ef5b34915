/* interrupt.h - SIGINT and SIGTERM ask for a clean stop: nothing is committed, the
 * lock is given back. */
#ifndef INDEXER_INTERRUPT_H
#define INDEXER_INTERRUPT_H

struct err;

/* A second signal ends the program at once, which is as safe as kill -9: for one that
 * waits for its standard input. Writing past a file size limit becomes an error. */
void interrupt_install(void);

/* ERR_OK, or ERR_CANCELLED once a signal has come. Cheap. */
int interrupt_check(struct err *err);

#endif
