#!/usr/bin/env python3
"""The law of one index: the same articles in one run or in five, in any order, merged or
not, by one thread or four, with much memory or little, with others among them that were
deleted or purged, with older versions behind them, analysed anew - the daemon's replies
are equal to the byte, but for `generation`, `took_us`, `cursor`, and the time of the run.

    one_index.py BINARY_DIR [--articles N] [--questions N]

The articles are those of tools/make_corpus, each key once. Questions are those of
dateline-oracle, and some for the views.
"""
import argparse
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from programs import (Daemon, ProgramFailed, add_articles, delete_articles,  # noqa: E402
                      merge, run)

SMALL = "--memory=1M"
VARIES = re.compile(r'"(generation|took_us|put_in)":\d+ *|"cursor":"[^"]*"|'
                    r'"ingested":"[^"]*"| generation=\d+')
VIEWS = [("/v1/kwic", {"sort": "left"}), ("/v1/kwic", {"sort": "date", "sample": "20"}),
         ("/v1/timeline", {"by": "month", "group": "source"}),
         ("/v1/facets", {"by": "topic"}), ("/v1/facets", {"by": "words"}),
         ("/v1/collocates", {}), ("/v1/export", {"format": "trec"}),
         ("/v1/export", {"what": "hits", "sort": "date", "format": "csv"}),
         ("/v1/explain", {})]


def key_of(article):
    if article.get("source") and article.get("id"):
        return f"{article['source']}:{article['id']}"
    return article.get("url") or "digest:" + json.dumps(article, sort_keys=True)


def load(folder, count):
    """Articles of all parts, the first text of each key."""
    articles = {}
    for path in sorted(folder.glob("part-*")):
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                article = json.loads(line)
                articles.setdefault(key_of(article), article)
    return list(articles.values())[:count]


class Maker:
    """Indexes of the same articles, each in a way of its own."""

    def __init__(self, binaries, folder, articles):
        self.binaries, self.folder = binaries, folder
        # Others among them can be named by their keys.
        self.others = [{**a, "source": "other", "id": str(i)}
                       for i, a in enumerate(articles[::7])]
        self.articles = articles
        self.files = 0

    def write(self, articles):
        self.files += 1
        path = self.folder / f"{self.files}.jsonl"
        path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n"
                                for a in articles), encoding="utf-8")
        return path

    def add(self, name, articles, *extra):
        add_articles(self.binaries, self.folder / name, [self.write(articles)],
                     engine="native", extra=extra)

    def in_runs(self, name, articles, runs, *extra):
        for i in range(runs):
            self.add(name, articles[i::runs], *extra)

    def one_run(self, name):
        self.add(name, self.articles, "--threads=1")

    def threads_and_little_memory(self, name):
        self.add(name, self.articles, "--threads=4", SMALL)

    def five_runs(self, name):
        self.in_runs(name, self.articles, 5)

    def backwards_and_many_commits(self, name):
        self.in_runs(name, self.articles[::-1], 3, SMALL, "--commit-every=150")

    def merged(self, name):
        self.in_runs(name, self.articles, 5, "--threads=4")
        merge(self.binaries, self.folder / name)

    def among_deleted(self, name):
        """Others come and go; the last run is one of deletions."""
        index = self.folder / name
        self.in_runs(name, self.others[1::2] + self.articles[1::2], 2, SMALL)
        delete_articles(self.binaries, index,
                        [f"other:{o['id']}" for o in self.others[1::2]])
        self.in_runs(name, self.articles[::2] + self.others[::2], 2)
        delete_articles(self.binaries, index,
                        [f"other:{o['id']}" for o in self.others[::-2]]
                        if len(self.others) % 2 else
                        [f"other:{o['id']}" for o in self.others[::2]])

    def among_deleted_merged(self, name):
        self.among_deleted(name)
        merge(self.binaries, self.folder / name)

    def among_purged(self, name):
        index = self.folder / name
        self.in_runs(name, self.others + self.articles, 4)
        delete_articles(self.binaries, index,
                        [f"other:{o['id']}" for o in self.others], ["--purge"])

    def of_second_versions(self, name):
        """A fifth of them had another text first, or another date."""
        first = [dict(a) for a in self.articles[::5]]
        for i, article in enumerate(first):
            article["title"] = "What it was " + article.get("title", "")
            if i % 2:
                article["date"] = "2019-03-01"
        self.add(name, [a for a in first if key_of(a) in self.named])
        self.in_runs(name, self.articles, 2)

    def rebuilt(self, name):
        self.of_second_versions(name + "-old")
        done = run([self.binaries / "indexer/dateline-index", "rebuild", "--index",
                    self.folder / (name + "-old"), "--into", self.folder / name,
                    "--engine", "native", SMALL])
        if done.returncode:
            raise ProgramFailed(f"rebuild: {done.stderr}")

    @property
    def named(self):
        """Keys that do not depend on the text."""
        return {key_of(a) for a in self.articles
                if not key_of(a).startswith("digest:")}


def questions_of(binaries, index, count):
    """What dateline-oracle asks; it must have answers, too."""
    done = run([binaries / "bench/dateline-oracle", "--index", index, "--queries",
                str(count), "--seed", "11", "--others", "1", "--show"])
    if done.returncode:
        raise ProgramFailed(f"dateline-oracle: {done.stdout[-2000:]}{done.stderr}")
    asked = re.findall(r"^ *\d+  (.+)$", done.stdout, re.M)
    return [q for q in asked if "since:" not in q]


def replies(binaries, index, folder, questions, keys):
    """{what was asked: what came}, without what may differ."""
    asked = [("/v1/search", {"q": q, "limit": 50, "hits": 1}) for q in questions]
    asked += [("/v1/search", {"q": q, "limit": 50, "sort": "date"})
              for q in questions[::5]]
    asked += [("/v1/search", {"q": q, "match": "any", "count": "no"})
              for q in ("war grain", "Istanbul draft 2022", "of the in")]
    asked += [(path, {"q": q, **params})
              for i, q in enumerate(questions[:3 * len(VIEWS)])
              for path, params in [VIEWS[i % len(VIEWS)]]]
    asked += [("/v1/export", {"q": "date:2022", "sort": "date"})]
    got = {}
    with Daemon(binaries, index, folder) as daemon:
        for path, params in asked:
            target = path + "?" + urllib.parse.urlencode(params)
            got[target] = VARIES.sub("", daemon.request("GET", target)[1])
        for key in keys:
            target = "/v1/articles/" + urllib.parse.quote(key, safe="")
            got[target] = json.loads(VARIES.sub('"x":0', daemon.request(
                "GET", target)[1]))["article"]
        if daemon.stop() != 0:
            raise ProgramFailed("the daemon ends badly")
    return got


def info(binaries, index):
    done = run([binaries / "indexer/dateline-index", "info", "--json", "--index", index])
    return json.loads(done.stdout)


def first_difference(a, b):
    a, b = str(a), str(b)
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"{a[max(0, at - 60):at + 60]!r}\n   and {b[max(0, at - 60):at + 60]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--questions", type=int, default=150)
    options = parser.parse_args()
    binaries = options.binaries.resolve()

    differences = compared = 0
    with tempfile.TemporaryDirectory(prefix="dateline-one-") as place:
        folder = pathlib.Path(place)
        subprocess.run([PROJECT / "tools/make_corpus", folder / "corpus"], check=True,
                       stdout=subprocess.DEVNULL)
        articles = load(folder / "corpus", options.articles)
        maker = Maker(binaries, folder, articles)
        ways = [maker.one_run, maker.threads_and_little_memory, maker.five_runs,
                maker.backwards_and_many_commits, maker.merged, maker.among_deleted,
                maker.among_deleted_merged, maker.among_purged,
                maker.of_second_versions, maker.rebuilt]
        first = None
        for way in ways:
            name = way.__name__
            way(name)
            known = info(binaries, folder / name)
            if first is None:
                first = known
                questions = questions_of(binaries, folder / name, options.questions)
                keys = sorted(maker.named)[::max(1, len(articles) // 20)]
                want = replies(binaries, folder / name, folder, questions, keys)
                print(f"{len(articles)} articles, {len(want)} questions")
            for member in ("articles", "words", "corpus_digest"):
                if known[member] != first[member]:
                    differences += 1
                    print(f"{name}: {member} {known[member]}, not {first[member]}")
            got = replies(binaries, folder / name, folder, questions, keys)
            for target, reply in want.items():
                compared += 1
                if got[target] != reply:
                    differences += 1
                    if differences < 20:
                        print(f"{name}: {target}:\n   {first_difference(got[target], reply)}")
            print(f"{name}: {known['pieces']} pieces, {known['old_versions']} old "
                  f"versions, generation {known['generation']}", flush=True)
            shutil.rmtree(folder / name)
    print(f"{compared} replies compared, {differences} differences")
    return differences != 0 or compared < 100


if __name__ == "__main__":
    sys.exit(main())
