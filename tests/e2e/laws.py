"""What holds for every answer, whatever was asked; run.py checks it each time."""
import json


def broken_laws(daemon, params, reply):
    """Sentences about what is wrong with `reply` to /v1/search?`params`."""
    if "error" in reply:
        return error_laws(daemon, params, reply["error"])
    return [*order_laws(params, reply), *mark_laws(reply),
            *count_laws(daemon, params, reply),
            *page_laws(daemon, params, reply),
            *post_laws(daemon, params, reply),
            *relaxation_laws(daemon, reply)]


def error_laws(daemon, params, error):
    """A query that cannot be read is wrong in the same way everywhere."""
    if not error.get("code") or not error.get("message"):
        yield f"an error without a code or a message: {error}"
    if "position" not in error:
        return
    for path in ("/v1/count", "/v1/explain"):
        other = daemon.get(path, question(params)).get("error")
        if other != error:
            yield f"{path} says {other}"


def order_laws(params, reply):
    """Score, newer, key; or newer, key."""
    hits = reply["hits"]
    by_date = params.get("sort") == "date"
    for a, b in zip(hits, hits[1:]):
        if not by_date and a["score"] != b["score"]:
            if a["score"] < b["score"]:
                yield f"{a['key']} before {b['key']} with a smaller score"
            continue
        # ISO dates of equal precision compare as text; others are not compared.
        first, second = a["date"] or "", b["date"] or ""
        if first == second:
            if a["key"].encode() >= b["key"].encode():
                yield f"{a['key']} before {b['key']}: keys rise among equals"
        elif not first or (len(first) == len(second) and first < second):
            yield f"{a['key']} ({first}) before {b['key']} ({second}): newer first"


def mark_laws(reply):
    for hit in reply["hits"]:
        if "snippet" not in hit:
            continue
        text = hit["snippet"]["text"].encode()
        if "\n" in hit["snippet"]["text"]:
            yield f"{hit['key']}: a snippet of more than one line"
        end = -1
        for mark in hit["snippet"]["marks"]:
            if not (end <= mark[0] < mark[1] <= len(text)):
                yield f"{hit['key']}: the mark {mark} after byte {end} of {len(text)}"
                return
            try:
                marked = text[mark[0]:mark[1]].decode()
            except UnicodeDecodeError:
                yield f"{hit['key']}: the mark {mark} cuts a letter in two"
                return
            if marked != marked.strip() or not marked:
                yield f"{hit['key']}: marked {marked!r}"
            end = mark[1]


def question(params):
    """What is asked, without how it is to be shown."""
    return {k: v for k, v in params.items()
            if k in ("q", "phrase", "match", "strict")}


def count_laws(daemon, params, reply):
    if params.get("count") == "no":
        if "total" in reply:
            yield "a total that was not wanted"
        return
    if len(reply["hits"]) > reply["total"]:
        yield f"{len(reply['hits'])} articles of {reply['total']}"
    count = daemon.get("/v1/count", {**question(params), "hits": "1"})
    if count.get("total") != reply["total"]:
        yield f"count says {count}, search {reply['total']}"
    if params.get("hits") == "1" and "total_hits" in reply and \
            count.get("total_hits") != reply["total_hits"]:
        yield f"count says {count}, search {reply['total_hits']} occurrences"


def post_laws(daemon, params, reply):
    """The same as a JSON body; explain reads the question as search does."""
    again = json.loads(daemon.request("POST", "/v1/search", json.dumps(params))[1])
    for member in ("query", "total", "total_hits", "hits", "cursor", "notes",
                   "relaxations"):
        if again.get(member) != reply.get(member):
            yield f"{member} by POST: {again.get(member)}"
    explained = daemon.get("/v1/explain", question(params))
    for member in ("query", "total", "generation"):
        if explained.get(member) != reply.get(member) and member in reply:
            yield f"{member} as explained: {explained}"


def page_laws(daemon, params, reply):
    """Pages of two, put together, are the whole."""
    whole = [(h["key"], h["score"], json.dumps(h.get("snippet")))
             for h in reply["hits"]]
    if len(whole) < 2 or len(whole) > 12 or "limit" not in params or \
            params["limit"] != "1000":
        return
    got, cursor = [], None
    while len(got) <= len(whole):
        asked = {**params, "limit": "2"}
        if cursor:
            asked["cursor"] = cursor
        page = daemon.get("/v1/search", asked)
        if "error" in page:
            yield f"page after {cursor}: {page['error']}"
            return
        got += [(h["key"], h["score"], json.dumps(h.get("snippet")))
                for h in page["hits"]]
        if page.get("total") != reply.get("total"):
            yield f"a page says total {page.get('total')}, not {reply.get('total')}"
        cursor = page.get("cursor")
        if not cursor:
            break
    if got != whole:
        yield f"in pages of two: {[g[0] for g in got]}"


def relaxation_laws(daemon, reply):
    """Each relaxation finds as many articles as it says, when it is asked."""
    offered = reply.get("relaxations", [])
    if len(offered) > 5:
        yield f"{len(offered)} relaxations"
    if offered and reply["total"] > 3:
        yield f"relaxations although {reply['total']} articles were found"
    for relaxation in offered:
        count = daemon.get("/v1/count", {"q": relaxation["query"]})
        if count.get("total") != relaxation["total"]:
            yield f"the relaxation {relaxation} finds {count}"
