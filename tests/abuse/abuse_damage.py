#!/usr/bin/env python3
"""A daemon on a damaged index: it refuses to start, saying why, or it answers; a query
that meets the damage gets an error; it never dies and never hangs."""
import json
import random
import sys

from scene import ProgramFailed, articles, main

SEED = 1963
FLIPS = 3  # in each file
TARGETS = ["/v1/search?q=grain+OR+oil", "/v1/search?q=%22n7+everywhere%22&hits=1",
           "/v1/count?q=bank+NEAR%2F5+rate", "/v1/articles/a%3A7", "/v1/status"]


def ask_all(scene, daemon, what):
    failed = 0
    for target in TARGETS:
        status, text = daemon.request("GET", target)
        scene.check(status in (200, 404, 500), f"{what}: {target}: {status} {text[:200]}")
        reply = json.loads(text)
        scene.check(status == 200 or reply["error"]["message"],
                    f"{what}: {target}: {text[:200]}")
        failed += status != 200
    return failed


def start_and_ask(scene, what):
    """'refused', 'failed' (some query), or 'answered'."""
    try:
        daemon = scene.daemon()
    except ProgramFailed as failure:
        scene.check("dateline" in str(failure) and "Sanitizer" not in str(failure),
                    f"{what}: refused without a reason: {failure}")
        return "refused"
    try:
        failed = ask_all(scene, daemon, what)
    except OSError as failure:
        scene.check(False, f"{what}: the daemon went away: {failure!r}")
        failed = 1
    scene.equal(f"{what}: exit of the daemon", daemon.stop(), 0)
    return "failed" if failed else "answered"


def test(scene):
    rng = random.Random(SEED)
    scene.add(articles(0, 60))
    scene.add(articles(60, 20))
    ends = []
    files = [p for p in sorted(scene.index.rglob("*"))
             if p.is_file() and p.name != "lock" and p.stat().st_size]
    for path in files:
        whole = path.read_bytes()
        name = path.relative_to(scene.index)
        for _ in range(FLIPS):
            at = rng.randrange(len(whole))
            flip = bytearray(whole)
            flip[at] ^= 1 << rng.randrange(8)
            path.write_bytes(flip)
            ends.append(start_and_ask(scene, f"{name}, byte {at}"))
        path.write_bytes(whole[:len(whole) // 2])
        ends.append(start_and_ask(scene, f"{name}, cut in half"))
        path.write_bytes(whole)
    scene.equal("after all repairs", start_and_ask(scene, "repaired"), "answered")

    # Beneath a daemon that has it open.
    with scene.daemon() as daemon:
        ask_all(scene, daemon, "whole")
        kept = {p: p.read_bytes() for p in files}
        for path, whole in kept.items():
            with open(path, "r+b") as file:
                file.truncate(len(whole) // 2)
        ask_all(scene, daemon, "cut beneath the daemon")
        reload = daemon.request("POST", "/v1/reload")
        scene.check(reload[0] in (200, 500), f"reload of a cut index: {reload}")
        for path, whole in kept.items():
            path.write_bytes(whole)
        scene.equal("reload after the repair", daemon.request("POST", "/v1/reload")[0],
                    200)
        scene.equal("exit of the daemon", daemon.stop(), 0)
    print({end: ends.count(end) for end in sorted(set(ends))})


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
