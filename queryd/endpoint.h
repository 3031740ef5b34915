/* endpoint.h - the table of what can be asked. */
#ifndef QUERYD_ENDPOINT_H
#define QUERYD_ENDPOINT_H

#include "base/json_out.h"
#include "queryd/request.h"

enum endpoint_id {
    ENDPOINT_SEARCH,
    ENDPOINT_COUNT,
    ENDPOINT_EXPLAIN,
    ENDPOINT_KWIC,
    ENDPOINT_EXPORT,
    ENDPOINT_TIMELINE,
    ENDPOINT_FACETS,
    ENDPOINT_COLLOCATES,
    ENDPOINT_ENTITIES,
    ENDPOINT_ARTICLE,
    ENDPOINT_STATUS,
    ENDPOINT_METRICS,
    ENDPOINT_RELOAD,
    ENDPOINT_NONE, /* refused before one was found */
    ENDPOINTS,
};

/* ON_SLOW: on a worker, too, but never on all of them at once. ON_STREAM: so, and what
 * it answers goes into request->stream. */
enum endpoint_place { ON_WORKER, ON_SLOW, ON_STREAM, ON_LOOP, ON_RELOAD };

struct endpoint {
    const char *name; /* in logs and metrics */
    const char *path; /* one that ends in '/' has something behind it */
    bool get, post;
    const char *allow; /* the header line for 405 */
    enum endpoint_place place;
    const char *const *params;
    /* Writes request->reply. `worker` is NULL on the loop. */
    int (*answer)(struct request *, struct worker *);
};

extern const struct endpoint endpoints[ENDPOINTS];

int answer_search(struct request *request, struct worker *worker);
int answer_count(struct request *request, struct worker *worker);
int answer_explain(struct request *request, struct worker *worker);
int answer_kwic(struct request *request, struct worker *worker);
int answer_export(struct request *request, struct worker *worker);
int answer_timeline(struct request *request, struct worker *worker);
int answer_facets(struct request *request, struct worker *worker);
int answer_collocates(struct request *request, struct worker *worker);
int answer_entities(struct request *request, struct worker *worker);
int answer_article(struct request *request, struct worker *worker);
int answer_status(struct request *request, struct worker *worker);
int answer_metrics(struct request *request, struct worker *worker);

#endif
