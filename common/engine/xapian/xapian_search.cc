// Xapian walks the candidates of translate() in order of document; the judge below
// looks at each of them, verifies those that a Xapian query cannot decide, and
// counts. Nothing is pruned, so that counts are exact and one query always adds up its
// scores in one order: a cursor finds its place again.
#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_reader.h"
#include "engine/xapian/xapian_schema.h"
#include "engine/xapian/xapian_translate.h"
#include "engine/xapian/xapian_view.h"

#include <algorithm>
#include <vector>

namespace dateline
{

class candidate_judge : public Xapian::MatchDecider
{
  public:
    candidate_judge(xapian_searcher *from, const struct query *what,
                    bool is_exact, struct cancel *until, struct err *text)
        : query(what), cancel(until), err(text), exact(is_exact), view(from)
    {
        view.base.cancel = until;
        arena_init(&scratch, LIMIT_QUERY_MEMORY);
    }
    ~candidate_judge() { arena_reset(&scratch); }
    candidate_judge(const candidate_judge &) = delete;
    candidate_judge &operator=(const candidate_judge &) = delete;

    // Called for every candidate, once a walk.
    bool operator()(const Xapian::Document &document) const override
    {
        return const_cast<candidate_judge *>(this)->judge(document);
    }

    const struct query *query;
    struct cancel *cancel;
    struct err *err;
    bool exact, want_hits = false;
    // Sorted by date, articles up to here are on earlier pages; empty: none are.
    std::string skip_to_order;
    uint64_t total = 0, total_hits = 0;
    // The visitor of visit(), or none.
    search_visit call = nullptr;
    void *context = nullptr;

    // The same candidates again, for a longer list: nothing is counted twice.
    void begin_again()
    {
        repeated = true;
        next_verdict = 0;
    }

  private:
    bool judge(const Xapian::Document &document)
    {
        int rc = cancel_check(cancel);
        if (rc)
            need(err_set(err, rc, "stopped after %llu articles",
                         static_cast<unsigned long long>(total)));
        bool matches;
        if (repeated) {
            matches = verdicts.at(next_verdict++);
        } else {
            matches = exact || verify(document.get_docid());
            verdicts.push_back(matches);
            if (matches)
                count(document.get_docid());
        }
        if (!matches || call)
            return false; // a visitor has seen it; no list is needed
        return skip_to_order.empty() ||
               document.get_value(SLOT_ORDER) > skip_to_order;
    }

    bool verify(Xapian::docid doc)
    {
        bool matches;
        view.stand_on(doc);
        arena_reset(&scratch);
        need(match_article(query, &view.base, &scratch, &matches, err));
        return matches;
    }

    void count(Xapian::docid doc)
    {
        struct hit_list hits = {};
        total++;
        if (want_hits) {
            view.stand_on(doc);
            arena_reset(&scratch);
            need(match_hits(query, &view.base, &scratch, &hits, err));
            total_hits += hits.count;
        }
        if (call)
            need(call(context, const_cast<searcher *>(&view.searcher->base),
                      doc, want_hits ? &hits : nullptr, err));
    }

    xapian_view view;
    struct arena scratch;
    bool repeated = false;
    std::vector<bool> verdicts;
    size_t next_verdict = 0;
};

// --- the ranked list ---

// BM25 with k1 = 1.2, b = 0.75; k2 and k3 have no part.
static Xapian::BM25Weight ranking()
{
    return Xapian::BM25Weight(1.2, 0, 1, 0.75, 0.5);
}

static bool is_after(const struct search_cursor &cursor,
                     const std::string &cursor_order, double score,
                     const std::string &order)
{
    if (score != cursor.score)
        return score < cursor.score;
    return order > cursor_order;
}

static std::string order_of(const struct search_cursor &cursor)
{
    std::string date =
        cursor.date == DATE_MIN ? order_undated() : order_date(cursor.date);
    return date + text_of(cursor.key);
}

// The list from its beginning, at least so long that `limit` + 1 articles of it come
// after the cursor, or all of it. *first: the first one after.
static Xapian::MSet list_past(Xapian::Enquire &enquire, candidate_judge &judge,
                              const struct search_request *request,
                              Xapian::doccount articles, size_t *first)
{
    bool past_cursor = request->after.set && request->sort == SORT_RELEVANCE;
    std::string order = past_cursor ? order_of(request->after) : "";
    size_t want = std::min<size_t>(request->limit, articles) + 1;
    for (size_t fetch = want;; fetch = std::min<size_t>(fetch * 8, articles)) {
        Xapian::MSet list = enquire.get_mset(
            0, static_cast<Xapian::doccount>(fetch), articles, nullptr, &judge);
        *first = 0;
        Xapian::MSetIterator at = list.begin();
        while (past_cursor && *first < list.size() &&
               !is_after(request->after, order, at.get_weight(),
                         at.get_sort_key())) {
            ++*first;
            ++at;
        }
        if (list.size() - *first >= want || list.size() < fetch ||
            fetch >= articles)
            return list;
        judge.begin_again();
    }
}

static void fill(const xapian_searcher *self, const Xapian::MSet &list,
                 size_t first, const struct search_request *request,
                 struct arena *arena, struct search_result *out,
                 struct err *err)
{
    size_t count = std::min<size_t>(list.size() - first, request->limit);
    out->more = list.size() - first > request->limit;
    out->found = arena_array(arena, struct found, count + 1);
    if (!out->found)
        need(err_set(err, ERR_NOMEM, "the answer needs too much memory"));
    for (; out->count < count; out->count++) {
        Xapian::MSetIterator at =
            list[static_cast<Xapian::doccount>(first + out->count)];
        struct found &found = out->found[out->count];
        found.doc = *at;
        found.score = at.get_weight();
        found.key =
            copy_to(arena, at.get_sort_key().substr(ORDER_DATE_BYTES), err);
        found.published = record_of(self, *at, err).published;
    }
}

int search(struct searcher *searcher, const struct query *query,
           const struct search_request *request, struct arena *arena,
           struct search_result *out, struct err *err) noexcept
{
    return guarded(err, "search", [&] {
        xapian_searcher *self = self_of(searcher);
        *out = {};
        bool scored = request->limit > 0;
        translation candidates = translate(self->db, query->root, scored);
        if (candidates.query.empty() || self->db.get_doccount() == 0)
            return;

        candidate_judge judge(self, query, candidates.exact, request->cancel,
                              err);
        judge.want_hits = request->count_hits;
        Xapian::Enquire enquire(self->db);
        enquire.set_query(candidates.query);
        if (scored)
            enquire.set_weighting_scheme(ranking());
        else
            enquire.set_weighting_scheme(Xapian::BoolWeight());
        if (request->sort == SORT_DATE) {
            enquire.set_sort_by_value_then_relevance(SLOT_ORDER, false);
            if (request->after.set)
                judge.skip_to_order = order_of(request->after);
        } else {
            enquire.set_sort_by_relevance_then_value(SLOT_ORDER, false);
        }
        size_t first;
        Xapian::MSet list =
            list_past(enquire, judge, request, self->db.get_doccount(), &first);
        fill(self, list, first, request, arena, out, err);
        out->total = judge.total;
        out->total_hits = judge.total_hits;
    });
}

int visit(struct searcher *searcher, const struct query *query, bool want_hits,
          struct cancel *cancel, struct arena *arena, search_visit call,
          void *context, struct err *err) noexcept
{
    (void)arena; // hits live in the judge's own, and only during the call
    return guarded(err, "visit", [&] {
        xapian_searcher *self = self_of(searcher);
        translation candidates = translate(self->db, query->root, false);
        if (candidates.query.empty() || self->db.get_doccount() == 0)
            return;
        candidate_judge judge(self, query, candidates.exact, cancel, err);
        judge.want_hits = want_hits;
        judge.call = call;
        judge.context = context;
        Xapian::Enquire enquire(self->db);
        enquire.set_query(candidates.query);
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        enquire.get_mset(0, 1, self->db.get_doccount(), nullptr, &judge);
    });
}

} // namespace dateline
