#!/usr/bin/env python3
"""Timeline, facets and collocates over the project's own corpus, with new versions and
deletions, beside the same counted here from search, count and the stored articles; and
an example worked by hand.

    views.py BINARY_DIR [--engine NAME]
"""
import argparse
import collections
import datetime
import json
import math
import pathlib
import random
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from programs import Daemon, add_articles, delete_articles  # noqa: E402

CORPUS = HERE.parent.parent / "corpus"
SEED = 2022
EVERYTHING = "date:none OR date:>=0001"
FILTERS = ["date:2022", "date:>=2023-06", "date:none OR date:2021", "lang:en",
           "source:harbour-wire", "source:lviv-ledger OR source:harbour-wire",
           "topic:ukraine", "NOT source:harbour-wire", "NOT lang:en"]


class Faults:
    def __init__(self):
        self.count = self.checks = 0

    def same(self, what, got, want):
        self.checks += 1
        if got != want:
            self.count += 1
            print(f"{what}: got {got}, want {want}")


def all_articles(daemon, query, **more):
    found, cursor = [], None
    while True:
        page = daemon.get("/v1/search", {
            "q": query, "limit": 1000, "relax": 0, "snippets": 0, **more,
            **({"cursor": cursor} if cursor else {})})
        found += page["hits"]
        cursor = page.get("cursor")
        if not cursor:
            return found


def period(date, by):
    if by == "year":
        return date[:4]
    if by == "month":
        return date[:7] if len(date) >= 7 else date + "-01"
    whole = (date + "-01-01" if len(date) == 4 else
             date + "-01" if len(date) == 7 else date)[:10]
    year, week, _ = datetime.date.fromisoformat(whole).isocalendar()
    return whole if by == "day" else f"{year:04}-W{week:02}"


def next_period(name, by):
    if by == "year":
        return f"{int(name) + 1:04}"
    if by == "month":
        months = int(name[:4]) * 12 + int(name[5:])
        return f"{months // 12:04}-{months % 12 + 1:02}"
    if by == "week":
        monday = datetime.datetime.strptime(name + "-1", "%G-W%V-%u")
        return (monday + datetime.timedelta(7)).strftime("%G-W%V")
    return (datetime.date.fromisoformat(name) + datetime.timedelta(1)).isoformat()


def hits_of(daemon, query, key):
    return daemon.get("/v1/count", {"q": f'({query}) key:"{key}"', "hits": 1}
                      )["total_hits"]


def check_timeline(daemon, faults, query, by, group):
    filters = query.split(" AND ")[1:]
    reply = daemon.get("/v1/timeline", {"q": query, "by": by,
                                        **({"group": "source"} if group else {})})
    what = f"timeline {query} by {by}{' and source' if group else ''}"
    count = daemon.get("/v1/count", {"q": query, "hits": 1})
    rows = reply["rows"] + reply["undated"]
    for name, of in (("articles", "total"), ("hits", "total_hits")):
        faults.same(f"{what}: {of}", reply[of], count[of])
        faults.same(f"{what}: sum of {name}", sum(r[name] for r in rows), count[of])

    def place(hit):
        return (period(hit["date"], by) if hit["date"] else None,
                hit["source"] if group else None)
    corpus = all_articles(daemon, " AND ".join(filters) or EVERYTHING)
    want = collections.Counter(place(h) for h in corpus)
    here = collections.Counter(place(h) for h in all_articles(daemon, query))
    got = {(r.get("from"), r.get("source")): r for r in rows}
    faults.same(f"{what}: rows", len(got), len(rows))
    faults.same(f"{what}: corpus", {p: r["corpus_articles"] for p, r in got.items()
                                    if r["corpus_articles"]}, dict(want))
    faults.same(f"{what}: articles", {p: r["articles"] for p, r in got.items()
                                      if r["articles"]}, dict(here))
    for p, row in got.items():
        faults.same(f"{what}: gap {p}", row.get("gap", False),
                    row["corpus_articles"] == 0)
        faults.same(f"{what}: words {p}", row["corpus_words"] > 0,
                    row["corpus_articles"] > 0)
    names = sorted({p for p, _ in want if p})
    every = [names[0]] if names else []
    while every and every[-1] != names[-1]:
        every.append(next_period(every[-1], by))
    sources = sorted({s for _, s in want}, key=lambda s: (s or "").encode())
    faults.same(f"{what}: periods",
                [(r["from"], r.get("source")) for r in reply["rows"]],
                [(p, s) for p in every for s in sources])


def check_columns(daemon, faults, query, by, of):
    """A column is the timeline of the query AND its entity; nothing else changes."""
    plain = daemon.get("/v1/timeline", {"q": query, "by": by})
    reply = daemon.get("/v1/timeline", {"q": query, "by": by, "of": of, "top": 3})
    what = f"timeline {query} by {by} of {of}"
    facets = daemon.get("/v1/facets", {"q": query, "by": of, "limit": 0})["rows"]
    known = [r for r in facets if "type" in r]
    faults.same(f"{what}: columns", [(c["id"], c["name"], c["type"], c["articles"])
                                     for c in reply["columns"]],
                [(r["value"], r["name"], r["type"], r["articles"]) for r in known[:3]])
    for part in ("rows", "undated"):
        got = [{k: v for k, v in r.items() if k != "columns"} for r in reply[part]]
        faults.same(f"{what}: {part}", got, plain[part])
    for i, column in enumerate(reply["columns"]):
        alone = daemon.get("/v1/timeline", {"q": f'({query}) @{column["id"]}', "by": by})
        want = collections.Counter({r.get("from"): r["articles"]
                                    for r in alone["rows"] + alone["undated"]})
        got = collections.Counter({r.get("from"): r["columns"][i]
                                   for r in reply["rows"] + reply["undated"]})
        faults.same(f"{what}: {column['id']}", +got, +want)
        faults.same(f"{what}: sum of {column['id']}", sum(got.values()),
                    column["articles"])
    return len(reply["columns"])


def check_facets(daemon, faults, query, by, stored):
    filters = query.split(" AND ")[1:]
    what = f"facets {query} by {by}"
    reply = daemon.get("/v1/facets", {"q": query, "by": by, "limit": 0})
    short = daemon.get("/v1/facets", {"q": query, "by": by, "limit": 2})
    faults.same(f"{what}: limit", (short["rows"], short["more"]),
                (reply["rows"][:2], max(0, len(reply["rows"]) - 2)))
    found = all_articles(daemon, query)
    corpus = all_articles(daemon, " AND ".join(filters) or EVERYTHING)
    count = daemon.get("/v1/count", {"q": query, "hits": 1})
    faults.same(f"{what}: totals", (reply["total"], reply["total_hits"]),
                (count["total"], count["total_hits"]))

    def values(hit):
        if by == "topic":
            return set(stored[hit["key"]]["topics"]) or {""}
        if by == "year":
            return {(hit["date"] or "")[:4]}
        return {hit[by]}
    articles = collections.Counter(v for h in found for v in values(h))
    hits = collections.Counter()
    for h in found:
        n = hits_of(daemon, query, h["key"])
        hits.update({v: n for v in values(h)})
    everywhere = collections.Counter(v for h in corpus for v in values(h))
    want = [{"value": v, "articles": articles[v], "hits": hits[v],
             "corpus_articles": everywhere[v]} for v in articles]
    want.sort(key=lambda r: (-r["articles"], -r["hits"], r["value"].encode()))
    faults.same(what, reply["rows"], want)
    if by != "topic":
        faults.same(f"{what}: sum", sum(r["articles"] for r in reply["rows"]),
                    count["total"])
        faults.same(f"{what}: sum of hits", sum(r["hits"] for r in reply["rows"]),
                    count["total_hits"])


def check_words(daemon, faults, query):
    what = f"facets {query} by words"
    reply = daemon.get("/v1/facets", {"q": query, "by": "words", "limit": 0})
    scores = [r["log_likelihood"] for r in reply["rows"]]
    faults.same(f"{what}: order", scores, sorted(scores, reverse=True))
    for row in reply["rows"]:
        if row["log_likelihood"] < 0 or row["articles"] < 2 or \
                row["articles"] > min(reply["total"], row["corpus_articles"]) or \
                row["times"] > row["corpus_times"] or row["times"] < row["articles"]:
            faults.same(f"{what}", row, "possible numbers")
    for row in reply["rows"][:5]:
        exact = daemon.get("/v1/count", {"phrase": row["value"], "hits": 1})
        faults.same(f"{what}: {row['value']} in the corpus",
                    (row["corpus_articles"], row["corpus_times"]),
                    (exact["total"], exact["total_hits"]))


# --- worked by hand ---

EXAMPLE = [
    # 10 words: "crude oil prices rose" is near one hit of two.
    {"id": "1", "title": "", "body": "Crude oil prices rose. Traders sold crude oil at noon."},
    # 6 words, no hit.
    {"id": "2", "title": "", "body": "Prices of wheat rose at noon."},
    # 4 words, one hit.
    {"id": "3", "title": "", "body": "Oil prices fell sharply."},
]


def g2(a, b, c, d):
    """Rayson & Garside 2000, with c and d of the whole corpus."""
    def term(n, expected):
        return n * math.log(n / expected) if n else 0
    value = 2 * (term(a, b * c / d) + term(c - a, (d - b) * c / d))
    return value if a >= b * c / d else -value


def check_example(binaries, engine, faults):
    with tempfile.TemporaryDirectory(prefix="dateline-e2e-") as folder:
        folder = pathlib.Path(folder)
        path = folder / "example.jsonl"
        path.write_text("".join(json.dumps({**a, "lang": "xx"}) + "\n"
                                for a in EXAMPLE), encoding="utf-8")
        add_articles(binaries, folder / "index", [path], engine=engine, source="t")
        with Daemon(binaries, folder / "index", folder) as daemon:
            faults.same("words of the example", daemon.get("/v1/status", {})["words"], 20)
            reply = daemon.get("/v1/collocates", {"q": "oil", "window": 2, "min": 1})
            # Hits: article 1 at 1 and 7, article 3 at 0. Near them: crude, prices,
            # rose | sold, crude, at, noon | prices, fell.
            faults.same("example: hits", (reply["hits"], reply["words_near"]), (3, 9))
            near = {"crude": (1, 2, 2), "prices": (2, 2, 3), "rose": (1, 1, 2),
                    "sold": (1, 1, 1), "at": (1, 1, 2), "noon": (1, 1, 2),
                    "fell": (1, 1, 1)}
            want = {v: (articles, times, corpus, f"{g2(times, 9, corpus, 20):.3f}",
                        f"{14 + min(0, math.log2(2 * times / (3 + corpus))):.3f}")
                    for v, (articles, times, corpus) in near.items()}
            got = {r["value"]: (r["articles"], r["times"], r["corpus_times"],
                                f"{r['log_likelihood']:.3f}", f"{r['log_dice']:.3f}")
                   for r in reply["rows"]}
            faults.same("example: collocates", got, want)
            order = sorted(near, key=lambda v: (-g2(near[v][1], 9, near[v][2], 20), v))
            faults.same("example: order", [r["value"] for r in reply["rows"]], order)
            twice = daemon.get("/v1/collocates", {"q": "oil", "window": 2})
            faults.same("example: min", [r["value"] for r in twice["rows"]],
                        ["crude", "prices"])
            # oil stands in 1 and 3: 14 words; prices and oil alone are in both.
            words = daemon.get("/v1/facets", {"q": "oil", "by": "words"})["rows"]
            faults.same("example: words", [
                (r["value"], r["articles"], r["times"], r["corpus_articles"],
                 r["corpus_times"], f"{r['log_likelihood']:.3f}") for r in words],
                [("oil", 2, 3, 2, 3, f"{g2(3, 14, 3, 20):.3f}")])


def check_entities(daemon, faults):
    """A concordance shows each mention that the index counts, as it is written."""
    for asked in ["@kyiv", "@lavrov", "@istanbul", "@lavrov=Sergey", "@kyiv OR @lavrov"]:
        count = daemon.get("/v1/count", {"q": asked, "hits": 1})
        lines = daemon.lines("/v1/kwic", {"q": asked})[1:]
        hits = [line for line in lines if "hit" in line]
        forms = {f["form"] for e in count["entities"] for f in e["forms"]}
        faults.same(f"{asked}: lines", len(hits), count["total_hits"])
        faults.same(f"{asked}: other forms", {h["hit"] for h in hits} - forms, set())
    faults.same("some mentions", len(hits) > 10, True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--engine")
    options = parser.parse_args()
    rng = random.Random(SEED)
    faults = Faults()
    check_example(options.binaries, options.engine, faults)
    with tempfile.TemporaryDirectory(prefix="dateline-e2e-") as folder:
        index = pathlib.Path(folder) / "index"
        add_articles(options.binaries, index, [CORPUS / "plain", CORPUS / "jsonl"],
                     engine=options.engine)
        add_articles(options.binaries, index, [CORPUS / "updates"],
                     engine=options.engine)
        with Daemon(options.binaries, index, folder) as daemon:
            check_entities(daemon, faults)
            columns = sum(
                check_columns(daemon, faults, query, by, of)
                for query, by, of in (("draft", "year", "entity"),
                                      ("@ukraine AND (lang:en)", "month", "person"),
                                      ("(@lavrov OR @istanbul)", "week", "place"),
                                      ("date:none", "day", "org"),
                                      ("nosuchword", "day", "org")))
            faults.same("columns of timelines", columns >= 9, True)
            keys = [h["key"] for h in all_articles(daemon, EVERYTHING)]
            delete_articles(options.binaries, index, rng.sample(keys, 5))
            daemon.post("/v1/reload")
            keys = [h["key"] for h in all_articles(daemon, EVERYTHING)]
            stored = {k: daemon.get("/v1/articles/" + urllib.parse.quote(k, safe=""),
                                    {})["article"] for k in keys}
            texts = [w for a in stored.values() for w in a["body"].split() if w.isalpha()]
            answered = 0
            for number in range(20):
                words = rng.sample(texts, 2)
                asked = rng.choice(["{}", "({} OR {})", "({} NEAR/20 {})", "({} {})"])
                asked = asked.format(*words)
                for chosen in rng.sample(FILTERS, rng.randrange(3)):
                    asked = (f"({asked} {chosen})" if chosen.startswith("NOT")
                             else f"{asked} AND ({chosen})")
                plain = "NOT" not in asked
                answered += daemon.get("/v1/count", {"q": asked})["total"] > 0
                if plain:
                    check_timeline(daemon, faults, asked,
                                   ("month", "year", "week", "day")[number % 4],
                                   number % 3 == 0)
                    check_facets(daemon, faults, asked,
                                 ("source", "lang", "topic", "year")[number % 4], stored)
                check_words(daemon, faults, asked)
            if answered < 7:
                faults.same("queries with an answer", answered, "a third or more")
            # What NOT takes away at the top is no part of the corpus.
            reply = daemon.get("/v1/timeline", {"q": "the NOT source:harbour-wire"})
            faults.same("corpus without a source",
                        sum(r["corpus_articles"] for r in reply["rows"] + reply["undated"]),
                        sum(a["source"] != "harbour-wire" for a in stored.values()))
            faults.same("a field below OR is no filter",
                        daemon.get("/v1/timeline", {"q": "the OR (draft date:2022)"})
                        ["filter"], None)
    print(f"{faults.checks} checks, {faults.count} faults")
    return 1 if faults.count or not faults.checks else 0


if __name__ == "__main__":
    sys.exit(main())
