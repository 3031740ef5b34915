#include "queryd/endpoint.h"

#include "base/cancel.h"
#include "base/date.h"

static void write_time(struct json_out *j, const char *key, int64_t seconds)
{
    char text[DATE_TEXT_SIZE];
    struct date date = {.seconds = seconds, .precision = DATE_SECOND};
    json_out_key(j, key);
    json_out_text(j, date_format(date, text));
}

static void write_reload(struct json_out *j, const struct reload *reload)
{
    json_out_key(j, "last_reload");
    if (!reload->last_at) {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    write_time(j, "at", reload->last_at);
    json_out_key(j, "ok");
    json_out_bool(j, reload->last_ok);
    json_out_key(j, "message");
    json_out_text(j, reload->last_message);
    json_out_end(j);
}

/* Only of an index that has one. */
static void write_register(struct json_out *j, const struct names *names)
{
    if (!names)
        return;
    json_out_key(j, "register");
    json_out_object(j);
    json_out_key(j, "digest");
    json_out_text(j, names->digest);
    if (names->entities) {
        json_out_key(j, "entities");
        json_out_u64(j, names->entities->count);
    } else {
        json_out_key(j, "warning");
        json_out_text(j, names->fault);
    }
    json_out_end(j);
}

int answer_status(struct request *request, struct worker *worker)
{
    (void)worker; /* the loop's own numbers */
    struct server *server = request->server;
    const struct generation_info *info = &server->current->info;
    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    json_out_key(&j, "version");
    json_out_text(&j, DATELINE_VERSION);
    json_out_key(&j, "engine");
    json_out_text(&j, server->current->engine->name);
    json_out_key(&j, "generation");
    json_out_u64(&j, info->generation);
    json_out_key(&j, "articles");
    json_out_u64(&j, info->articles);
    json_out_key(&j, "words");
    json_out_u64(&j, info->words);
    json_out_key(&j, "bytes");
    json_out_u64(&j, info->bytes);
    json_out_key(&j, "corpus_digest");
    json_out_text(&j, info->corpus_digest);
    write_time(&j, "committed", info->committed);
    json_out_key(&j, "uptime_s");
    json_out_u64(&j, (clock_ns() - server->metrics.started_ns) / 1000000000u);
    json_out_key(&j, "index");
    json_out_text(&j, server->options.index_dir);
    json_out_key(&j, "workers");
    json_out_u64(&j, server->options.workers);
    json_out_key(&j, "queue");
    json_out_u64(&j, pool_waiting(server->workers));
    json_out_key(&j, "connections");
    json_out_u64(&j, server->connection_count);
    json_out_key(&j, "requests");
    json_out_u64(&j, server->metrics.requests);
    json_out_key(&j, "errors");
    json_out_u64(&j, server->metrics.errors);
    write_reload(&j, &server->reload);
    write_register(&j, server->names);
    json_out_end(&j);
    return ERR_OK;
}

int answer_metrics(struct request *request, struct worker *worker)
{
    (void)worker;
    request->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(request->server, &request->reply);
    return ERR_OK;
}
