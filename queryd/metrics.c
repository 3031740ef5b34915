#include "queryd/metrics.h"

#include "base/cancel.h"
#include "queryd/endpoint.h"

#include <stdio.h>

_Static_assert((int)METRIC_ENDPOINTS >= (int)ENDPOINTS,
               "a row for each endpoint");

static const unsigned statuses[] = {200, 400, 403, 404, 405, 408, 410, 413,
                                    422, 431, 500, 501, 503, 504, 0};
_Static_assert(sizeof statuses / sizeof *statuses <= METRIC_STATUSES,
               "a column for each status");

/* Upper ends of the latency histogram, microseconds. */
static const uint64_t bounds_us[METRIC_BUCKETS] = {
    100,   250,   500,    1000,   2500,   5000,    10000,
    25000, 50000, 100000, 250000, 500000, 1000000, 10000000};

void metrics_reply(struct metrics *metrics, unsigned endpoint, unsigned status,
                   uint64_t latency_us)
{
    size_t s = 0, bucket = 0;
    while (statuses[s] && statuses[s] != status)
        s++;
    while (bucket < METRIC_BUCKETS && latency_us > bounds_us[bucket])
        bucket++;
    metrics->requests++;
    metrics->errors += status >= 400;
    metrics->by_status[endpoint][s]++;
    metrics->latency[endpoint][bucket]++;
    metrics->latency_us[endpoint] += latency_us;
}

static void head(struct strbuf *out, const char *name, const char *type,
                 const char *help)
{
    strbuf_addf(out, "# HELP dateline_%s %s\n# TYPE dateline_%s %s\n", name,
                help, name, type);
}

static void one(struct strbuf *out, const char *name, const char *type,
                const char *help, uint64_t value)
{
    head(out, name, type, help);
    strbuf_addf(out, "dateline_%s %llu\n", name, (unsigned long long)value);
}

static void write_requests(const struct metrics *m, struct strbuf *out)
{
    head(out, "requests_total", "counter", "Replies by endpoint and status.");
    for (size_t e = 0; e < ENDPOINTS; e++)
        for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++)
            if (m->by_status[e][s])
                strbuf_addf(out,
                            "dateline_requests_total{endpoint=\"%s\","
                            "status=\"%u\"} %llu\n",
                            endpoints[e].name, statuses[s],
                            (unsigned long long)m->by_status[e][s]);
}

static void write_latency(const struct metrics *m, struct strbuf *out)
{
    head(out, "request_seconds", "histogram",
         "From a request's arrival to its reply.");
    for (size_t e = 0; e < ENDPOINTS; e++) {
        unsigned long long sum = 0;
        const char *name = endpoints[e].name;
        for (size_t b = 0; b <= METRIC_BUCKETS; b++) {
            char end[32] = "+Inf";
            if (b < METRIC_BUCKETS)
                snprintf(end, sizeof end, "%g", (double)bounds_us[b] / 1e6);
            sum += m->latency[e][b];
            strbuf_addf(out,
                        "dateline_request_seconds_bucket{endpoint=\"%s\","
                        "le=\"%s\"} %llu\n",
                        name, end, sum);
        }
        strbuf_addf(out,
                    "dateline_request_seconds_sum{endpoint=\"%s\"} %.6f\n"
                    "dateline_request_seconds_count{endpoint=\"%s\"} %llu\n",
                    name, (double)m->latency_us[e] / 1e6, name, sum);
    }
}

void metrics_write(struct server *server, struct strbuf *out)
{
    const struct metrics *m = &server->metrics;
    const struct generation_info *info = &server->current->info;
    write_requests(m, out);
    write_latency(m, out);
    one(out, "rejected_busy_total", "counter",
        "Requests refused because the queue or the connections were full.",
        m->busy);
    one(out, "deadline_total", "counter", "Requests past their deadline.",
        m->deadline);
    one(out, "cancelled_total", "counter",
        "Requests whose client went away first.", m->cancelled);
    one(out, "streams_running", "gauge",
        "Streams and counts over a corpus at a worker.",
        pool_slow_running(server->workers));
    one(out, "stream_bytes_total", "counter", "Bytes sent in streams.",
        m->stream_bytes);
    one(out, "streams_cut_total", "counter",
        "Streams that failed after they had begun.", m->streams_cut);
    one(out, "stream_buffer_max_bytes", "gauge",
        "The most that ever waited in one stream for its client.",
        m->stream_buffer_max);
    one(out, "malformed_total", "counter",
        "Connections that sent something that is no HTTP.", m->malformed);
    one(out, "connections_accepted_total", "counter", "Connections so far.",
        m->accepted);
    one(out, "connections_refused_total", "counter",
        "Connections past the limit.", m->refused_connections);
    head(out, "reloads_total", "counter", "Looks for a new generation.");
    strbuf_addf(out,
                "dateline_reloads_total{result=\"ok\"} %llu\n"
                "dateline_reloads_total{result=\"failed\"} %llu\n",
                (unsigned long long)m->reloads_ok,
                (unsigned long long)m->reloads_failed);
    one(out, "generations_adopted_total", "counter",
        "Generations adopted since the start, the first one included.",
        m->generations_adopted);
    head(out, "registers_total", "counter", "Registers that were read.");
    strbuf_addf(out,
                "dateline_registers_total{result=\"ok\"} %llu\n"
                "dateline_registers_total{result=\"failed\"} %llu\n",
                (unsigned long long)m->registers_ok,
                (unsigned long long)m->registers_failed);
    one(out, "connections", "gauge", "Open connections.",
        server->connection_count);
    one(out, "queue_length", "gauge", "Requests waiting for a worker.",
        pool_waiting(server->workers));
    one(out, "workers", "gauge", "Worker threads.", server->options.workers);
    one(out, "requests_running", "gauge",
        "Requests waiting or at work, this one not counted.",
        server->requests_out);
    one(out, "generation", "gauge", "The generation in use.", info->generation);
    one(out, "articles", "gauge", "Articles in the generation in use.",
        info->articles);
    one(out, "index_bytes", "gauge", "Size of the generation in use.",
        info->bytes);
    head(out, "uptime_seconds", "gauge", "Since the start.");
    strbuf_addf(out, "dateline_uptime_seconds %.3f\n",
                (double)(clock_ns() - m->started_ns) / 1e9);
}
