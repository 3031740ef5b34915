#!/usr/bin/env python3
"""The law of the quoted copy, from outside: any run of whole words copied byte for byte
from a stored article, as `phrase=` and in quotes, finds that article; for Chinese any run
of 2 to 8 characters. Over the project's own corpus, fixed seed.

    quotes.py BINARY_DIR [--engine NAME] [--runs N]
"""
import argparse
import pathlib
import random
import re
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from programs import Daemon, add_articles  # noqa: E402

CORPUS = HERE.parent.parent / "corpus"
SEED = 2022
WORDS_MOST = 25
HAN = re.compile("[\u4e00-\u9fff]{2,}")


def keys_of(daemon):
    keys, cursor = [], None
    while True:
        page = daemon.get("/v1/search", {"q": "date:none OR date:>=0001", "limit": 50,
                                         **({"cursor": cursor} if cursor else {})})
        keys += [hit["key"] for hit in page["hits"]]
        cursor = page.get("cursor")
        if not cursor:
            return keys, page["total"]


def runs_of(text, rng, count):
    """Pieces of `text` that begin and end at white space and hold a letter."""
    words = [m.span() for m in re.finditer(r"\S+", text)]
    for _ in range(count if words else 0):
        first = rng.randrange(len(words))
        last = min(len(words) - 1, first + rng.randrange(WORDS_MOST))
        run = text[words[first][0]:words[last][1]]
        if re.search(r"\w", run):
            yield run
    for m in HAN.finditer(text):
        for _ in range(min(count, 3)):
            at = rng.randrange(m.start(), m.end() - 1)
            yield text[at:min(m.end(), at + rng.randint(2, 8))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--engine")
    parser.add_argument("--runs", type=int, default=4)
    options = parser.parse_args()
    rng = random.Random(SEED)
    faults = asked = 0
    with tempfile.TemporaryDirectory(prefix="dateline-e2e-") as folder:
        index = pathlib.Path(folder) / "index"
        add_articles(options.binaries, index, [CORPUS / "plain", CORPUS / "jsonl"],
                     engine=options.engine)
        with Daemon(options.binaries, index, folder) as daemon:
            keys, total = keys_of(daemon)
            assert len(set(keys)) == len(keys) == total > 100, (len(keys), total)
            for key in keys:
                article = daemon.get("/v1/articles/" + urllib.parse.quote(
                    key, safe=""), {})["article"]
                for part in ("title", "summary", "body", "captions"):
                    for run in runs_of(article.get(part) or "", rng, options.runs):
                        quoted = '"' + run.replace('"', '""') + '"'
                        for ask in ({"phrase": run}, {"q": quoted}):
                            found = daemon.get("/v1/search", {
                                **ask, "limit": 1000, "relax": 0, "snippets": 0})
                            asked += 1
                            if key not in [h["key"] for h in found.get("hits", [])]:
                                faults += 1
                                print(f"{key}, {part}: {ask} finds {found}")
    print(f"{asked} quotations of {len(keys)} articles, {faults} faults")
    return 1 if faults or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
