#!/usr/bin/env python3
"""The same set twice changes nothing and makes no generation; one changed article
replaces its old version, and the daemon answers from it without a restart."""
import pathlib
import sys

from scene import articles, main, run


def bytes_of(index):
    """Every file but the lock, with what is in it."""
    return {str(p.relative_to(index)): p.read_bytes()
            for p in sorted(pathlib.Path(index).rglob("*"))
            if p.is_file() and p.name != "lock"}


def test(scene):
    batch = articles(0, 60)
    path = scene.write(batch)
    first = run(scene.add_command(path))
    scene.equal("exit", first.returncode, 0)
    scene.equal("output without a terminal", (first.stdout, first.stderr), ("", ""))
    before, info = bytes_of(scene.index), scene.info()
    scene.equal("articles", info.get("articles"), 60)

    for order in (path, scene.write(batch[::-1])):
        again = run(scene.add_command(order))
        scene.equal("exit", again.returncode, 0)
        scene.equal("output", (again.stdout, again.stderr), ("", ""))
        scene.equal("generation", scene.info().get("generation"),
                    info.get("generation"))
        scene.check(bytes_of(scene.index) == before, "files changed")

    with scene.daemon() as daemon:
        ask = lambda q: daemon.get("/v1/search", {"q": q, "hits": 1})  # noqa: E731
        scene.equal("n7 before", ask("n7")["total"], 1)
        changed = [{**batch[7], "title": "Correction", "body": "zebra at last"}]
        scene.add(batch[:7] + changed + batch[8:])
        daemon.post("/v1/reload")
        scene.equal("old text", ask("n7")["total"], 0)
        new = ask("zebra")
        scene.equal("new text", [h["key"] for h in new["hits"]], ["a:7"])
        scene.equal("its title", new["hits"][0]["title"], "Correction")
        scene.equal("generation", new["generation"], info.get("generation", 0) + 1)
        after = scene.info()
        scene.equal("articles", after.get("articles"), 60)
        scene.check(after.get("corpus_digest") != info.get("corpus_digest"),
                    "the digest of the articles is the same")
        # Back again: the same articles, the same digest.
        scene.add([batch[7]])
        back = scene.info()
        scene.equal("digest", back.get("corpus_digest"), info.get("corpus_digest"))
        scene.equal("exit of the daemon", daemon.stop(), 0)
    scene.equal("check", scene.index_check().returncode, 0)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
