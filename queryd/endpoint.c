#include "queryd/endpoint.h"

#define GET_ONLY true, false, "Allow: GET\r\n"
#define GET_AND_POST true, true, "Allow: GET, POST\r\n"
#define POST_ONLY false, true, "Allow: POST\r\n"

const struct endpoint endpoints[ENDPOINTS] = {
    [ENDPOINT_SEARCH] = {"search", "/v1/search", GET_AND_POST, ON_WORKER,
                         search_params, answer_search},
    [ENDPOINT_COUNT] = {"count", "/v1/count", GET_AND_POST, ON_WORKER,
                        count_params, answer_count},
    [ENDPOINT_EXPLAIN] = {"explain", "/v1/explain", GET_AND_POST, ON_WORKER,
                          explain_params, answer_explain},
    [ENDPOINT_KWIC] = {"kwic", "/v1/kwic", GET_AND_POST, ON_STREAM, kwic_params,
                       answer_kwic},
    [ENDPOINT_EXPORT] = {"export", "/v1/export", GET_AND_POST, ON_STREAM,
                         export_params, answer_export},
    [ENDPOINT_TIMELINE] = {"timeline", "/v1/timeline", GET_AND_POST, ON_SLOW,
                           timeline_params, answer_timeline},
    [ENDPOINT_FACETS] = {"facets", "/v1/facets", GET_AND_POST, ON_SLOW,
                         facets_params, answer_facets},
    [ENDPOINT_COLLOCATES] = {"collocates", "/v1/collocates", GET_AND_POST,
                             ON_SLOW, collocates_params, answer_collocates},
    [ENDPOINT_ENTITIES] = {"entities", "/v1/entities", GET_AND_POST, ON_SLOW,
                           entities_params, answer_entities},
    [ENDPOINT_ARTICLE] = {"article", "/v1/articles/", GET_ONLY, ON_WORKER,
                          article_params, answer_article},
    [ENDPOINT_STATUS] = {"status", "/v1/status", GET_ONLY, ON_LOOP, no_params,
                         answer_status},
    [ENDPOINT_METRICS] = {"metrics", "/metrics", GET_ONLY, ON_LOOP, no_params,
                          answer_metrics},
    [ENDPOINT_RELOAD] = {"reload", "/v1/reload", POST_ONLY, ON_RELOAD,
                         no_params, NULL},
    [ENDPOINT_NONE] = {"none", NULL, GET_ONLY, ON_LOOP, NULL, NULL},
};
