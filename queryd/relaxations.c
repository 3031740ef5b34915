#include "queryd/relaxations.h"

#include "query/relax.h"

/* What one candidate may take is unknown before it is tried; it must not cost the
 * reply that is already there. So they get the first part of the time only. */
enum { TIME_SHARE_PERCENT = 60 };

struct offer {
    struct slice query;
    const char *what;
    uint64_t total;
};

struct trial {
    const struct question *question;
    bool stopped; /* by the deadline or the client */
};

/* Articles that match `ast`; 0 when it cannot be evaluated. In an arena of its own:
 * halving resolves the same tree again and again. */
static uint64_t count(struct trial *trial, const struct ast *ast)
{
    struct request *request = trial->question->request;
    struct arena arena;
    struct query query;
    uint64_t total = 0;
    if (trial->stopped)
        return 0;
    arena_init(&arena, request->arena.limit - request->arena.total);
    struct search_request ask = {.count_total = true,
                                 .cancel = request->cancel};
    struct search_result result = {0};
    int rc = question_resolve(trial->question, ast, &arena, &query, NULL);
    if (rc == 0)
        rc = trial->question->engine->search(trial->question->searcher, &query,
                                             &ask, &arena, &result, NULL);
    if (rc == 0)
        total = result.total;
    if (rc == ERR_DEADLINE || rc == ERR_CANCELLED)
        trial->stopped = true;
    arena_reset(&arena);
    return total;
}

static uint64_t frequency(void *context, const struct ast *word)
{
    return count(context, word);
}

/* The smallest distance at which more than `total` articles match; more match a
 * greater one, so halving finds it. Leaves the tree at that distance. */
static uint64_t narrow(struct trial *trial, struct relaxation *relaxation,
                       uint64_t found, uint64_t total)
{
    uint32_t low = 0, high = relaxation->distance->n;
    while (low < high && !trial->stopped) {
        uint32_t middle = low + (high - low) / 2;
        relaxation->distance->n = middle;
        uint64_t now = count(trial, relaxation->ast);
        if (now > total) {
            high = middle;
            found = now;
        } else {
            low = middle + 1;
        }
    }
    relaxation->distance->n = high;
    return found;
}

static bool try_one(struct trial *trial, struct relaxation *relaxation,
                    uint64_t total, struct offer *offer)
{
    struct arena *arena = &trial->question->request->arena;
    uint64_t found = count(trial, relaxation->ast);
    const char *what = relaxation->what;
    if (found <= total)
        return false;
    if (relaxation->distance) {
        found = narrow(trial, relaxation, found, total);
        uint32_t n = relaxation->distance->n;
        what = n == 0 ? "next to each other, in any order"
                      : arena_printf(arena,
                                     "at most %u other word%s between, in "
                                     "any order",
                                     n, n == 1 ? "" : "s");
    }
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    ast_print(relaxation->ast, &text);
    *offer = (struct offer){.what = what, .total = found};
    bool good =
        !text.failed && what &&
        arena_copy_slice(arena, strbuf_slice(&text), &offer->query) == 0;
    strbuf_release(&text);
    return good && !trial->stopped;
}

bool relaxations_write(const struct question *question, uint64_t total,
                       struct json_out *j)
{
    struct request *request = question->request;
    struct offer offer[RELAX_AT_MOST];
    size_t offers = 0;
    uint64_t now = clock_ns();
    uint64_t deadline =
        request->arrived_ns + request->params.deadline_ms * UINT64_C(1000000);
    if (now >= deadline)
        return false;
    struct trial trial = {.question = question};
    /* Nothing of this request looks at its deadline any more but the counts. */
    cancel_set_deadline(request->cancel,
                        now + (deadline - now) / 100 * TIME_SHARE_PERCENT);

    struct relaxation *list = NULL;
    if (relax_candidates(question->query.ast, &request->arena, frequency,
                         &trial, &list))
        trial.stopped = true;
    for (; list && offers < RELAX_AT_MOST && !trial.stopped; list = list->next)
        offers += try_one(&trial, list, total, &offer[offers]);
    if (trial.stopped)
        return false;

    json_out_key(j, "relaxations");
    json_out_array(j);
    for (size_t i = 0; i < offers; i++) {
        json_out_object(j);
        json_out_key(j, "query");
        json_out_slice(j, offer[i].query);
        json_out_key(j, "what");
        json_out_text(j, offer[i].what);
        json_out_key(j, "total");
        json_out_u64(j, offer[i].total);
        json_out_end(j);
    }
    json_out_end(j);
    return true;
}
