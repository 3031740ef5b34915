#!/usr/bin/env python3
"""Pages: put together they are the whole, in one order, for every sort; a cursor of a
retired generation is refused with 410; a full queue and a deadline are told."""
import json
import sys
import threading
import urllib.parse

from scene import articles, main

ARTICLES = 240
KEPT = 2  # generations


def pages(daemon, size, **params):
    keys, cursor = [], None
    while True:
        asked = {**params, "limit": size, "snippets": 0}
        if cursor:
            asked["cursor"] = cursor
        reply = daemon.get("/v1/search", asked)
        if "error" in reply:
            return keys, reply["error"]
        keys += [h["key"] for h in reply["hits"]]
        cursor = reply.get("cursor")
        if not cursor:
            return keys, reply["total"]
        if len(keys) > 2 * ARTICLES:
            return keys, "no end"


def whole_in_pages(scene, daemon):
    for params in ({"q": "everywhere"}, {"q": "grain OR oil"}, {"q": "date:>=2012"},
                   {"q": "everywhere", "sort": "date"}, {"q": "source:a", "sort": "date"},
                   {"q": "same"}, {"q": "same", "sort": "date"}):
        whole, total = pages(daemon, 1000, **params)
        scene.equal(f"{params}: total", total, len(whole))
        scene.check(len(whole) > 20, f"{params}: only {len(whole)} articles")
        scene.equal(f"{params}: twice", len(set(whole)), len(whole))
        for size in (1, 7, 100):
            scene.check(pages(daemon, size, **params) == (whole, total),
                        f"{params}: pages of {size} differ")


def retired_cursor(scene, daemon):
    cursor = daemon.get("/v1/search", {"q": "everywhere", "limit": 5})["cursor"]
    for step in range(KEPT + 1):
        scene.add(articles(1000 + step, 1))
        daemon.post("/v1/reload")
    target = "/v1/search?" + urllib.parse.urlencode({"q": "everywhere", "cursor": cursor})
    status, text = daemon.request("GET", target)
    scene.equal(f"status for a retired cursor ({text[:200]})", status, 410)
    scene.equal("its code", json.loads(text)["error"]["code"], "GONE")
    # A cursor belongs to its query.
    cursor = daemon.get("/v1/search", {"q": "everywhere", "limit": 5})["cursor"]
    for broken in (cursor[:-1], cursor + "x", cursor.replace(".", "..", 1), "0", "9.9.9"):
        status, text = daemon.request("GET", "/v1/search?" + urllib.parse.urlencode(
            {"q": "everywhere", "cursor": broken}))
        scene.check(status in (200, 400, 410), f"cursor {broken}: {status} {text[:100]}")


def full_queue(scene):
    """One worker and many at once: each gets 200 or 503 or 504, and nobody waits long."""
    statuses = []

    def ask(daemon):
        target = "/v1/search?" + urllib.parse.urlencode(
            {"q": "everywhere NEAR/99 (grain OR oil OR bank OR rate)", "hits": 1,
             "limit": 1000, "deadline_ms": 3000})
        statuses.append(daemon.request("GET", target)[0])

    with scene.daemon(extra=["--workers", "1"]) as daemon:
        threads = [threading.Thread(target=ask, args=(daemon,)) for _ in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        scene.equal("answers", len(statuses), len(threads))
        scene.check(set(statuses) <= {200, 503, 504}, f"statuses {set(statuses)}")
        scene.check(200 in statuses, f"nobody was answered: {set(statuses)}")
        status, text = daemon.request("GET", "/v1/search?" + urllib.parse.urlencode(
            {"q": "everywhere NEAR/99 (grain OR oil OR bank)", "hits": 1, "limit": 1000,
             "deadline_ms": 1}))
        scene.check(status in (200, 504), f"deadline of 1 ms: {status} {text[:100]}")
        scene.equal("afterwards", daemon.get("/v1/count", {"q": "same"})["total"], 60)
        scene.equal("exit of the daemon", daemon.stop(), 0)


def test(scene):
    made = articles(0, ARTICLES)
    for i in range(60):  # equal in everything that is scored
        made.append({"source": "b", "id": str(i), "title": "Same", "body": "same here",
                     "lang": "en", **({"date": f"2020-01-{1 + i % 20:02}"} if i % 3 else {})})
    scene.add(made)
    with scene.daemon() as daemon:
        whole_in_pages(scene, daemon)
        retired_cursor(scene, daemon)
        scene.equal("exit of the daemon", daemon.stop(), 0)
    full_queue(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
