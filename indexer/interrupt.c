#include "indexer/interrupt.h"

#include "base/err.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    interrupted = number;
}

void interrupt_install(void)
{
    struct sigaction action = {.sa_handler = note_signal,
                               .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A file size limit is a full disk: an error of write(), no death. */
    signal(SIGXFSZ, SIG_IGN);
    interrupted = 0;
}

int interrupt_check(struct err *err)
{
    if (!interrupted)
        return ERR_OK;
    return err_set(err, ERR_CANCELLED, "interrupted (SIG%s)",
                   sigabbrev_np((int)interrupted));
}
