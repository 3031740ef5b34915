#!/usr/bin/env python3
"""One very long article of two words: what a question costs rises with its length and
not with its square, and a deadline is kept."""
import sys
import time
import urllib.parse

from scene import main

WORDS = 150000
DEADLINE_MS = 2000
SECONDS = 30  # for a slow machine and a build with sanitizers
QUERIES = ["aa NOTNEAR/5 bb", "aa NOTNEAR/99 (aa OR bb)", "bb NOTNEAR/0 aa",
           '"aa aa" NOTNEAR/3 (bb OR "bb bb")', "aa NEAR/99 bb", '"aa bb aa"~99',
           '"aa aa aa aa aa bb aa"~90', "aa* NEAR/99 bb*", '"aa aa" OR "bb aa"',
           '(aa OR "aa aa" OR "aa aa aa") NEAR/99 (aa OR "aa aa")']


def test(scene):
    scene.add([{"source": "a", "id": "1", "title": "Long",
                "body": "bb " * WORDS + "aa " * WORDS}])
    with scene.daemon() as daemon:
        for query in QUERIES:
            start = time.monotonic()
            status, text = daemon.request("GET", "/v1/search?" + urllib.parse.urlencode(
                {"q": query, "hits": 1, "deadline_ms": DEADLINE_MS}))
            seconds = time.monotonic() - start
            scene.check(status in (200, 422, 504), f"{query}: {status} {text[:200]}")
            scene.check(seconds < SECONDS, f"{query}: {status} after {seconds:.1f} s")
            print(f"{query}: {status}, {seconds:.2f} s", flush=True)
        # All but those within 5 of the last bb: the first six.
        reply = daemon.get("/v1/count", {"q": "aa NOTNEAR/5 bb", "hits": 1})
        scene.equal("hits of aa NOTNEAR/5 bb", reply.get("total_hits"), WORDS - 6)
        scene.equal("exit of the daemon", daemon.stop(), 0)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
