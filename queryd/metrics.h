/* metrics.h - what happened so far, counted. The loop thread's. */
#ifndef QUERYD_METRICS_H
#define QUERYD_METRICS_H

#include "base/strbuf.h"

enum {
    METRIC_ENDPOINTS = 16,
    METRIC_STATUSES = 16,
    METRIC_BUCKETS = 14,
};

struct metrics {
    uint64_t started_ns;
    uint64_t requests, errors; /* all replies; those of 400 and more */
    uint64_t by_status[METRIC_ENDPOINTS][METRIC_STATUSES];
    uint64_t latency[METRIC_ENDPOINTS]
                    [METRIC_BUCKETS + 1]; /* the last: longer */
    uint64_t latency_us[METRIC_ENDPOINTS];
    uint64_t busy, deadline, cancelled;
    uint64_t stream_bytes, streams_cut;
    uint64_t stream_buffer_max; /* the fullest one so far */
    uint64_t accepted, refused_connections, malformed;
    uint64_t reloads_ok, reloads_failed, generations_adopted;
    uint64_t registers_ok, registers_failed; /* that were read */
};

/* `latency_us`: from the request's arrival to its reply. */
void metrics_reply(struct metrics *metrics, unsigned endpoint, unsigned status,
                   uint64_t latency_us);

struct server;
/* The text of /metrics (Prometheus exposition format 0.0.4). */
void metrics_write(struct server *server, struct strbuf *out);

#endif
