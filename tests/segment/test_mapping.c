/* What the system may refuse to a mapping. What it cannot read: test_mapping_threads.c. */
#include "segment/mapping.h"

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the system's refusals: the next so many calls of a kind --- */

static int refuse_mmap, refuse_fstat;
static volatile int refuse_zeros;      /* changes at a load */
static int refuse_sigaction_from = -1; /* how many more are let through */

static bool refuse(volatile int *left)
{
    errno = ENOMEM;
    return *left > 0 && (*left)--;
}

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t from)
{
    if (refuse(&refuse_mmap))
        return MAP_FAILED;
    return mmap64(at, len, protection, flags, fd, from);
}

int fstat(int fd, struct stat *st)
{
    if (refuse(&refuse_fstat)) {
        errno = EIO;
        return -1;
    }
    return fstatat(fd, "", st, AT_EMPTY_PATH);
}

/* The handler's way to mmap. */
long syscall(long number, ...)
{
    va_list ap;
    va_start(ap, number);
    void *at = va_arg(ap, void *);
    size_t len = va_arg(ap, size_t);
    long protection = va_arg(ap, long), flags = va_arg(ap, long);
    long fd = va_arg(ap, long), from = va_arg(ap, long);
    va_end(ap);
    if (number != SYS_mmap || refuse(&refuse_zeros))
        return -1;
    return (long)mmap64(at, len, (int)protection, (int)flags, (int)fd, from);
}

int __sigaction(int, const struct sigaction *, struct sigaction *);

int sigaction(int signal, const struct sigaction *new, struct sigaction *old)
{
    if (refuse_sigaction_from >= 0 && refuse_sigaction_from-- == 0) {
        errno = EINVAL;
        return -1;
    }
    return __sigaction(signal, new, old);
}

/* --- helpers --- */

enum { SIZE = 300000 };

static char dir[64], path[128];

static void make_file(void)
{
    uint8_t *bytes = malloc(SIZE);
    strcpy(dir, "/tmp/dateline-mapping-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/file", dir);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    memset(bytes, 'x', SIZE);
    CHECK(fd >= 0 && file_write_all(fd, bytes, SIZE) == 0);
    close(fd);
    free(bytes);
}

static void remove_file(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

static void check_refused(int code, const char *reason)
{
    struct err err = {0};
    struct mapping mapping;
    CHECK_MSG(mapping_open(path, &mapping, &err) == code, "%s", err.text);
    CHECK_MSG(strstr(err.text, reason), "%s", err.text);
    CHECK(!mapping.data && !mapping.path);
    mapping_close(&mapping);
}

/* --- the tests --- */

TEST(a_refused_call_is_an_error_with_its_reason)
{
    make_file();
    refuse_mmap = 1;
    check_refused(ERR_NOMEM, path);
    refuse_fstat = 1;
    check_refused(ERR_IO, path);
    refuse_sigaction_from = 0;
    check_refused(ERR_IO, "SIGBUS");
    refuse_sigaction_from = 1;
    check_refused(ERR_IO, "SIGBUS");
    refuse_sigaction_from = -1;
    CHECK(symlink(path, path) < 0 && unlink(path) == 0);
    CHECK(symlink(path, path) == 0); /* a link to itself cannot be opened */
    check_refused(ERR_IO, path);
    remove_file();
}

/* Each chunk of 64 slots is memory, too. */
TEST(memory_may_run_out_anywhere)
{
    enum { MAPPINGS = 70 };
    static struct mapping mapping[MAPPINGS];
    int refused = 0;
    make_file();
    for (int i = 0; i < MAPPINGS; i++)
        for (long n = 0;; n++) {
            struct err err = {0};
            mem_fail_after(n);
            int rc = mapping_open(path, &mapping[i], &err);
            mem_fail_after(-1);
            if (rc == ERR_OK)
                break;
            CHECK_EQ(rc, ERR_NOMEM);
            CHECK(strstr(err.text, path));
            refused += n == 1;
        }
    CHECK(refused >= 1); /* the name is the first; some had a second */
    for (int i = 0; i < MAPPINGS; i++)
        mapping_close(&mapping[i]);
    remove_file();
}

/* When there cannot be one more mapping, all of the file becomes one of zeros. */
TEST(a_refused_page_of_zeros_costs_the_whole_file)
{
    struct err err = {0};
    struct mapping mapping;
    make_file();
    CHECK_OK(mapping_open(path, &mapping, &err), err);
    CHECK(truncate(path, 200000) == 0);
    refuse_zeros = 1;
    CHECK_EQ(mapping.data[SIZE - 1], 0);
    CHECK_EQ(refuse_zeros, 0);
    CHECK_EQ(mapping.data[0], 0);
    CHECK_EQ(mapping_damage(&mapping, &err), ERR_CORRUPT);
    mapping_close(&mapping);
    remove_file();
}

/* And when not even that can be had, the signal is what it always was. */
TEST(without_any_zeros_the_signal_kills)
{
    struct err err = {0};
    struct mapping mapping;
    make_file();
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        signal(SIGBUS, SIG_DFL);
        if (mapping_open(path, &mapping, &err) || truncate(path, 0))
            _exit(1);
        refuse_zeros = 2;
        _exit(mapping.data[0] ? 2 : 3);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    remove_file();
}

RUN(T(a_refused_call_is_an_error_with_its_reason),
    T(memory_may_run_out_anywhere),
    T(a_refused_page_of_zeros_costs_the_whole_file),
    T(without_any_zeros_the_signal_kills))
