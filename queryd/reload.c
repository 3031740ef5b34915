#include "queryd/reload.h"

#include "base/json_out.h"
#include "base/log.h"
#include "queryd/request.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SETTLE_MS = 20 };

/* Helper thread. That a searcher opens is the check that the files are there. */
static void open_newest(struct pool_job *job, struct worker *worker)
{
    (void)worker;
    struct reload *reload = (struct reload *)job;
    const struct server_options *options = &reload->server->options;
    struct searcher *searcher = NULL;
    reload->fresh = NULL;
    reload->names = NULL;
    reload->rc =
        options->open(options->index_dir, &reload->fresh, &reload->err);
    if (reload->rc)
        return;
    reload->rc = searcher_open(reload->fresh, &searcher, &reload->err);
    if (reload->rc == 0) {
        searcher_close(searcher);
        /* Whose names are in use changes only when this is done. */
        reload->rc = names_open(options, reload->fresh, reload->server->names,
                                &reload->names, &reload->err);
    }
    if (reload->rc) {
        snapshot_unref(reload->fresh);
        reload->fresh = NULL;
    }
}

static bool same_generation(const struct generation_info *a,
                            const struct generation_info *b)
{
    return a->generation == b->generation && a->committed == b->committed &&
           strcmp(a->corpus_digest, b->corpus_digest) == 0 &&
           strcmp(a->register_digest, b->register_digest) == 0;
}

static void remember(struct reload *reload, bool ok, const char *message)
{
    reload->last_at = (int64_t)time(NULL);
    reload->last_ok = ok;
    int most = (int)sizeof reload->last_message - 1;
    snprintf(reload->last_message, sizeof reload->last_message, "%.*s", most,
             message);
}

/* Whether the generation changed. */
static bool adopt(struct reload *reload)
{
    struct server *server = reload->server;
    char message[80];
    bool changed =
        !same_generation(&server->current->info, &reload->fresh->info);
    snprintf(message, sizeof message, "generation %llu%s",
             (unsigned long long)reload->fresh->info.generation,
             changed ? "" : ", as before");
    remember(reload, true, message);
    server->metrics.reloads_ok++;
    server_adopt_names(server, reload->names);
    if (changed) {
        log_line(LOG_INFO, "adopted generation=%llu articles=%llu",
                 (unsigned long long)reload->fresh->info.generation,
                 (unsigned long long)reload->fresh->info.articles);
        server_adopt(server, reload->fresh);
    } else {
        snapshot_unref(reload->fresh);
    }
    reload->fresh = NULL;
    return changed;
}

static void answer(struct request *request, struct reload *reload, bool changed)
{
    struct json_out j;
    request->server->requests_out--;
    if (reload->rc) {
        request->err = reload->err;
        /* Whatever the reason: it is our index, not the client's mistake. */
        request->status = 500;
        request->error_code = err_name(reload->rc);
        request_finish(request, reload->rc);
        return;
    }
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    json_out_key(&j, "generation");
    json_out_u64(&j, reload->server->current->info.generation);
    json_out_key(&j, "changed");
    json_out_bool(&j, changed);
    json_out_end(&j);
    request_finish(request, ERR_OK);
}

static void start(struct reload *reload);

static void on_opened(struct pool_job *job)
{
    struct reload *reload = (struct reload *)job;
    struct server *server = reload->server;
    bool changed = false;
    if (reload->rc == 0) {
        changed = adopt(reload);
    } else {
        server->metrics.reloads_failed++;
        remember(reload, false, reload->err.text);
        log_line(LOG_ERROR, "reload failed: %s; generation=%llu stays in use",
                 reload->err.text,
                 (unsigned long long)server->current->info.generation);
    }
    reload->running = false;
    struct request *waiting = reload->waiting;
    reload->waiting = NULL;
    while (waiting) {
        struct request *next = waiting->next;
        answer(waiting, reload, changed);
        waiting = next;
    }
    /* An answered client may have asked again already, and started it. */
    if (reload->again && !reload->running) {
        reload->again = false;
        reload->waiting = reload->waiting_next;
        reload->waiting_next = NULL;
        start(reload);
    }
    server_progress(server);
}

static void start(struct reload *reload)
{
    reload->running = true;
    reload->job.run = open_newest;
    reload->job.done = on_opened;
    /* One at a time never fills the helper's queue. */
    (void)pool_submit(reload->server->helper, &reload->job);
}

void reload_ask(struct server *server, struct request *request)
{
    struct reload *reload = &server->reload;
    struct request **list =
        reload->running ? &reload->waiting_next : &reload->waiting;
    if (request) {
        request->next = *list;
        *list = request;
    }
    if (reload->running)
        reload->again = true;
    else
        start(reload);
}

/* --- noticing --- */

static void on_settled(uv_timer_t *timer)
{
    struct server *server = timer->data;
    if (!server->stopping)
        reload_ask(server, NULL);
}

static void look_soon(struct server *server)
{
    if (!server->stopping)
        uv_timer_start(&server->reload.settle, on_settled, SETTLE_MS, 0);
}

static void on_directory(uv_fs_event_t *watch, const char *name, int events,
                         int status)
{
    (void)events;
    if (status == 0 && (!name || strcmp(name, "MANIFEST") == 0))
        look_soon(watch->data);
}

static void on_manifest(uv_fs_poll_t *poll, int status, const uv_stat_t *before,
                        const uv_stat_t *now)
{
    (void)before;
    (void)now;
    if (status == 0)
        look_soon(poll->data);
}

int reload_watch(struct server *server, struct err *err)
{
    struct reload *reload = &server->reload;
    char manifest[4096];
    int n = snprintf(manifest, sizeof manifest, "%s/MANIFEST",
                     server->options.index_dir);
    if (n < 0 || (size_t)n >= sizeof manifest)
        return err_set(err, ERR_INVALID, "the index's path is too long");
    reload->server = server;
    uv_fs_event_init(&server->loop, &reload->watch);
    uv_fs_poll_init(&server->loop, &reload->poll);
    uv_timer_init(&server->loop, &reload->settle);
    reload->watch.data = reload->poll.data = reload->settle.data = server;
    reload->handles_open = true;
    int rc = uv_fs_event_start(&reload->watch, on_directory,
                               server->options.index_dir, 0);
    if (rc && rc != UV_ENOENT) /* no directory: opening it will say so */
        log_line(LOG_WARNING,
                 "%s cannot be watched (%s); MANIFEST is looked at every "
                 "%u ms",
                 server->options.index_dir, uv_strerror(rc),
                 server->options.poll_ms);
    rc = uv_fs_poll_start(&reload->poll, on_manifest, manifest,
                          server->options.poll_ms);
    return rc ? err_set(err, ERR_IO, "watch %s: %s", manifest, uv_strerror(rc))
              : ERR_OK;
}

void reload_unwatch(struct server *server)
{
    struct reload *reload = &server->reload;
    if (!reload->handles_open)
        return;
    reload->handles_open = false;
    uv_close((uv_handle_t *)&reload->watch, NULL);
    uv_close((uv_handle_t *)&reload->poll, NULL);
    uv_close((uv_handle_t *)&reload->settle, NULL);
}
