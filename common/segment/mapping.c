/* The handler may run in any thread, at any load from a mapping, also while another
 * thread opens or closes one. So it takes no lock: mappings stand in slots that are
 * never freed, and a counter that is odd during a change (a seqlock: Lameter, "Effective
 * Synchronization on Linux/NUMA Systems", 2005) tells it to look again. A thread that
 * changes the slots does not touch a mapping meanwhile, so the handler never waits for
 * its own thread. */
#include "segment/mapping.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SLOTS = 64, /* in a chunk */
    /* Zeros are put down in pieces of this, when the system's pages are not larger:
     * the unit of checksums. */
    DAMAGE_UNIT = 64 << 10,
};

struct mapping_slot {
    _Atomic uintptr_t start; /* 0: free */
    atomic_size_t size;
    atomic_bool damaged;
};

struct slot_chunk {
    struct slot_chunk *next;
    struct mapping_slot slot[SLOTS];
};

static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot_chunk *_Atomic chunks;
static atomic_uint changes; /* odd: one is under way */
/* Whom ours replaced, and in which of the two that stands: the other is free to be
 * filled. */
static struct sigaction handler_before[2];
static atomic_uint which_before;
static size_t damage_unit;
static _Thread_local bool passing_on;

/* --- the handler: only what is safe in a signal --- */

struct place {
    struct mapping_slot *slot; /* NULL: none of ours */
    uintptr_t start;
    size_t size;
};

static struct place find_place(uintptr_t address)
{
    for (;;) {
        struct place found = {0};
        unsigned before = atomic_load(&changes);
        for (struct slot_chunk *c = atomic_load(&chunks); c && !found.slot;
             c = c->next)
            for (int i = 0; i < SLOTS; i++) {
                struct mapping_slot *slot = &c->slot[i];
                uintptr_t start = atomic_load(&slot->start);
                size_t size = atomic_load(&slot->size);
                if (start && address >= start && address - start < size)
                    found = (struct place){slot, start, size};
            }
        if (before % 2 == 0 && atomic_load(&changes) == before)
            return found;
    }
}

/* The system call itself: sanitizers take mmap() for a write by this thread, which it
 * is not. MAP_FAILED is all that is wanted of an error. */
static bool put_zeros(uintptr_t start, size_t size)
{
    long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    return syscall(SYS_mmap, start, size, (long)PROT_READ, flags, -1L, 0L) !=
           -1;
}

/* Death, as it would have been: the signal is held back until we return. A bad load
 * cannot be ignored either. */
static void die_by(int signal)
{
    struct sigaction fatal = {.sa_handler = SIG_DFL};
    sigaction(signal, &fatal, NULL);
    raise(signal);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
    const struct sigaction *to = &handler_before[atomic_load(&which_before)];
    bool informed = to->sa_flags & SA_SIGINFO;
    /* Who was there before may have us as the one before: nobody knows the address. */
    if (passing_on || (!informed && (to->sa_handler == SIG_DFL ||
                                     to->sa_handler == SIG_IGN))) {
        die_by(signal);
        return;
    }
    passing_on = true;
    if (informed)
        to->sa_sigaction(signal, info, context);
    else
        to->sa_handler(signal);
    passing_on = false;
}

static void on_bus_error(int signal, siginfo_t *info, void *context)
{
    int cause = errno;
    /* Codes of 0 and less are sent by processes and mean no address. */
    struct place place = {0};
    if (info->si_code > 0)
        place = find_place((uintptr_t)info->si_addr);
    if (place.slot) {
        /* The mark comes first: who reads zeros finds it. */
        atomic_store(&place.slot->damaged, true);
        size_t at = (uintptr_t)info->si_addr - place.start;
        at -= at % damage_unit;
        size_t left = place.size - at;
        /* Each piece may cost the system one more mapping. When it has no more, the
         * whole file becomes one. */
        if (!put_zeros(place.start + at,
                       left < damage_unit ? left : damage_unit) &&
            !put_zeros(place.start, place.size))
            place.slot = NULL;
    }
    if (!place.slot)
        pass_on(signal, info, context);
    errno = cause;
}

/* --- slots: under the lock --- */

static int cannot_install(struct err *err)
{
    return err_set_errno(err, "install a handler of", "SIGBUS");
}

/* At each opening, because others may have put theirs in its place. */
static int install_handler(struct err *err)
{
    struct sigaction now, ours = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    ours.sa_sigaction = on_bus_error;
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGBUS, NULL, &now) < 0)
        return cannot_install(err);
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_bus_error)
        return ERR_OK;
    long page = sysconf(_SC_PAGESIZE);
    damage_unit = page > DAMAGE_UNIT ? (size_t)page : DAMAGE_UNIT;
    /* What was there is known before ours can be called. */
    unsigned other = 1 - atomic_load(&which_before);
    handler_before[other] = now;
    atomic_store(&which_before, other);
    return sigaction(SIGBUS, &ours, NULL) < 0 ? cannot_install(err) : ERR_OK;
}

static struct mapping_slot *free_slot(void)
{
    for (struct slot_chunk *c = atomic_load(&chunks); c; c = c->next)
        for (int i = 0; i < SLOTS; i++)
            if (!atomic_load(&c->slot[i].start))
                return &c->slot[i];
    struct slot_chunk *chunk = mem_alloc(sizeof *chunk);
    if (!chunk)
        return NULL;
    memset(chunk, 0, sizeof *chunk);
    chunk->next = atomic_load(&chunks);
    atomic_store(&chunks, chunk);
    return &chunk->slot[0];
}

static void change_slot(struct mapping_slot *slot, uintptr_t start, size_t size)
{
    atomic_fetch_add(&changes, 1);
    atomic_store(&slot->start, start);
    atomic_store(&slot->size, size);
    atomic_store(&slot->damaged, false);
    atomic_fetch_add(&changes, 1);
}

static int take_slot(struct mapping *mapping, struct err *err)
{
    pthread_mutex_lock(&slots_lock);
    int rc = install_handler(err);
    if (rc == ERR_OK) {
        mapping->slot = free_slot();
        if (mapping->slot)
            change_slot(mapping->slot, (uintptr_t)mapping->data, mapping->size);
        else
            rc = err_set(err, ERR_NOMEM, "%s: no memory to map it",
                         mapping->path);
    }
    pthread_mutex_unlock(&slots_lock);
    return rc;
}

/* --- opening and closing --- */

static int map(int fd, struct mapping *mapping, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_set_errno(err, "look at", mapping->path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CORRUPT, "%s: not a file", mapping->path);
    if (st.st_size <= 0)
        return err_set(err, ERR_CORRUPT, "%s: empty", mapping->path);
    size_t size = (size_t)st.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return err_set_errno(err, "map", mapping->path);
    mapping->data = data;
    mapping->size = size;
    return take_slot(mapping, err);
}

int mapping_open(const char *path, struct mapping *out, struct err *err)
{
    *out = (struct mapping){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOTFOUND, "%s: no such file", path);
    if (fd < 0)
        return err_set_errno(err, "open", path);
    size_t len = strlen(path) + 1;
    int rc = ERR_OK;
    out->path = mem_alloc(len);
    if (out->path) {
        memcpy(out->path, path, len);
        rc = map(fd, out, err);
    } else {
        rc = err_set(err, ERR_NOMEM, "%s: no memory to map it", path);
    }
    close(fd);
    if (rc)
        mapping_close(out);
    return rc;
}

void mapping_close(struct mapping *mapping)
{
    if (mapping->slot) {
        pthread_mutex_lock(&slots_lock);
        change_slot(mapping->slot, 0, 0);
        pthread_mutex_unlock(&slots_lock);
    }
    if (mapping->data)
        munmap((void *)(uintptr_t)mapping->data, mapping->size);
    mem_free(mapping->path);
    *mapping = (struct mapping){0};
}

int mapping_damage(const struct mapping *mapping, struct err *err)
{
    if (!atomic_load(&mapping->slot->damaged))
        return ERR_OK;
    return err_set(err, ERR_CORRUPT, "%s: the system could not read it",
                   mapping->path);
}
