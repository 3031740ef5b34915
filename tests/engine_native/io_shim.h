/* io_shim.h - system calls that fail, or end the process, when a test says so. The linker
 * puts them in the place of the real ones (--wrap, tests.cmake); nothing of it is in the
 * programs.
 */
#ifndef TESTS_IO_SHIM_H
#define TESTS_IO_SHIM_H

#include <stdbool.h>
#include <stdint.h>

enum shim_mode {
    SHIM_PASS,
    SHIM_FAIL,     /* one call fails with shim.error; half of a write is done */
    SHIM_FAIL_ALL, /* that call, and all after it that change something */
    SHIM_DIE,      /* the process ends in the middle of the call */
    SHIM_AFTERWARDS, /* the process ends when the call is done */
    SHIM_HOOK        /* shim.hook runs before the call; its own calls pass */
};

enum { SHIM_EXIT = 97 };

struct shim {
    enum shim_mode mode;
    int error;
    uint64_t at;    /* which call, from 0 */
    uint64_t calls; /* so far */
    bool struck;
    char name[32]; /* of the call that was struck: "renameat" */
    void (*hook)(void *context);
    void *context;
    void (*synced)(int fd); /* after an fsync(); NULL: nobody wants to know */
    /* How often MANIFEST was replaced; may be in memory shared with a parent. */
    volatile uint32_t *commits;
};

extern struct shim shim;

#endif
