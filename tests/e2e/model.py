#!/usr/bin/env python3
"""Random questions to the real programs, and the same questions to a model of the query
language that shares no line with them: no parser, for questions are made as trees and
printed; no index, for everything is tried. Articles are a few words out of a few, so that
words meet in every way; between rounds some are deleted, changed, added. Fixed seed.

    model.py BINARY_DIR [--engine NAME] [--questions N] [--seed N]
"""
import argparse
import itertools
import json
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from programs import Daemon, add_articles, delete_articles  # noqa: E402

WORDS = ["red", "redder", "blue", "gold", "golden", "green", "grey"]
PREFIXES = ["re", "gol", "gr", "blue", "goldr"]
ARTICLES = 60
ROUNDS = 3  # between them some articles go, some change, some come
GAP = 100  # positions between headline and body


# --- articles ---

def make_article(rng, number):
    """Few words in most, so that many questions find something and few everything."""
    some = rng.sample(WORDS, rng.randint(2, len(WORDS)))

    def text(most):
        written = [rng.choice(some) + ("-" + rng.choice(some) if rng.random() < 0.15
                                       else "") for _ in range(rng.randint(1, most))]
        return rng.choice([" ", ", ", " ", "\n\n"]).join(written)

    return {"id": f"{number:03}", "title": text(4), "body": text(14),
            "source": rng.choice(["east", "west"]), "date": str(rng.choice([2021, 2022]))}


class Text:
    """Where each form stands: intervals of positions."""

    def __init__(self, article):
        self.article = article
        self.where = {}
        self.title_end = self.add(article["title"], 0)
        self.add(article["body"], self.title_end + GAP)

    def add(self, text, at):
        for written in text.replace(",", " ").split():
            parts = written.split("-")
            for i, part in enumerate(parts):
                self.where.setdefault(part, set()).add((at + i, at + i + 1))
            if len(parts) > 1:
                self.where.setdefault("".join(parts), set()).add((at, at + len(parts)))
            at += len(parts)
        return at

    def word(self, word):
        parts = word.split("-")
        found = set(self.where.get("".join(parts), ()))
        if len(parts) > 1:
            found |= self.phrase(parts)
        return found

    def phrase(self, words):
        found = self.word(words[0])
        for word in words[1:]:
            nexts = self.word(word)
            found = {(a, d) for a, b in found for c, d in nexts if b == c}
        return found

    def prefix(self, start):
        return {i for form, where in self.where.items() if form.startswith(start)
                for i in where}


def minimal(found):
    return {i for i in found
            if not any(j != i and i[0] <= j[0] and j[1] <= i[1] for j in found)}


def close(choices, n, ordered=False):
    """The hull of each choice of intervals that share nothing and leave n at most."""
    found = set()
    for choice in choices:
        by_place = sorted(choice)
        if any(a[1] > b[0] for a, b in zip(by_place, by_place[1:])):
            continue
        if ordered and by_place != list(choice):
            continue
        start, end = by_place[0][0], by_place[-1][1]
        if end - start - sum(b - a for a, b in choice) <= n:
            found.add((start, end))
    return minimal(found)


# --- questions: (kind, ...) ---

def intervals(node, text):
    """Occurrences of what a position operator may have as operand, and its own."""
    kind, *rest = node
    if kind == "word":
        return text.word(rest[0])
    if kind == "prefix":
        return text.prefix(rest[0])
    if kind == "phrase":
        return text.phrase(rest[0])
    if kind == "window":
        words, n = rest
        return close(itertools.product(*(text.word(w) for w in words)), n)
    if kind == "or":
        return set().union(*(intervals(child, text) for child in rest[0]))
    if kind in ("near", "adj"):
        n, a, b = rest
        return close(itertools.product(intervals(a, text), intervals(b, text)), n,
                     kind == "adj")
    if kind == "notnear":
        n, a, b = rest
        near = intervals(b, text)
        return minimal({i for i in intervals(a, text)
                        if all(max(i[0] - j[1], j[0] - i[1]) > n for j in near)})
    if kind == "title":
        return {i for i in intervals(rest[0], text) if i[1] <= text.title_end}
    raise ValueError(kind)


def evaluate(node, text):
    """Whether the article matches, and its hits."""
    kind, *rest = node
    if kind == "source":
        return text.article["source"] == rest[0], set()
    if kind == "date":
        return text.article["date"] == rest[0], set()
    if kind == "not":
        first, second = (evaluate(child, text) for child in rest)
        matches = first[0] and not second[0]
        return matches, first[1] if matches else set()
    if kind in ("and", "or"):
        arms = [evaluate(child, text) for child in rest[0]]
        matches = (all if kind == "and" else any)(arm[0] for arm in arms)
        return matches, set().union(*(arm[1] for arm in arms)) if matches else set()
    found = intervals(node, text)
    return bool(found), found


def make_word(rng):
    return rng.choice(WORDS) + ("-" + rng.choice(WORDS) if rng.random() < 0.1 else "")


def make_operand(rng):
    pick = rng.random()
    if pick < 0.55:
        return ("word", make_word(rng))
    if pick < 0.7:
        return ("phrase", [make_word(rng) for _ in range(rng.randint(1, 3))])
    if pick < 0.8:
        return ("prefix", rng.choice(PREFIXES))
    return ("or", [make_operand(rng) for _ in range(rng.randint(2, 3))])


def make_leaf(rng):
    pick = rng.random()
    if pick < 0.3:
        return ("word", make_word(rng))
    if pick < 0.42:
        return ("phrase", [make_word(rng) for _ in range(rng.randint(1, 3))])
    if pick < 0.47:
        return ("prefix", rng.choice(PREFIXES))
    if pick < 0.6:
        return ("window", [make_word(rng) for _ in range(rng.randint(1, 4))],
                rng.choice([0, 1, 2, 3, 5, 99]))
    if pick < 0.85:
        return (rng.choice(["near", "adj", "notnear"]), rng.choice([0, 1, 2, 3, 8, 99]),
                make_operand(rng), make_operand(rng))
    if pick < 0.93:
        child = make_operand(rng)
        while child[0] == "or":
            child = make_operand(rng)
        return ("title", child)
    return rng.choice([("source", "east"), ("source", "west"), ("date", "2021"),
                       ("date", "2022")])


def make_question(rng, depth):
    if depth == 0 or rng.random() < 0.25:
        return make_leaf(rng)
    kind = rng.choice(["and", "or", "not"])
    if kind == "not":
        return (kind, make_question(rng, depth - 1), make_question(rng, depth - 1))
    return (kind, [make_question(rng, depth - 1) for _ in range(rng.randint(2, 3))])


BINDS = {"or": 1, "and": 2, "not": 3, "near": 4, "adj": 4, "notnear": 4}


def spell(node, rng, above=0):
    """As somebody might write it who binds more tightly than `above`."""
    kind, *rest = node
    binds = BINDS.get(kind, 9)
    if kind == "word":
        text = rng.choice([str, str.upper, str.title])(rest[0])
        # Two capitals ask for capitals, which changes the score alone.
    elif kind == "prefix":
        text = rest[0] + "*"
    elif kind == "phrase":
        text = '"' + rng.choice([" ", ", ", "  "]).join(rest[0]) + '"'
    elif kind == "window":
        text = '"' + " ".join(rest[0]) + f'"~{rest[1]}'
    elif kind == "title":
        text = "title:" + spell(rest[0], rng, 8)
    elif kind in ("source", "date"):
        text = f"{kind}:{rest[0]}"
    elif kind == "or":
        text = " OR ".join(spell(child, rng, 1) for child in rest[0])
    elif kind == "and":
        text = spell(rest[0][0], rng, 2)
        for child in rest[0][1:]:
            text += rng.choice([" ", " AND "]) + spell(child, rng, 2)
    elif kind == "not":
        text = spell(rest[0], rng, 3) + rng.choice([" NOT ", " -"]) + \
            spell(rest[1], rng, 4)
    else:
        text = f"{spell(rest[1], rng, 4)} {kind.upper()}/{rest[0]} " \
               f"{spell(rest[2], rng, 4)}"
    if binds <= above or (binds < 9 and rng.random() < 0.1):
        text = f"({text})"
    return text


def change(rng, articles, round_number):
    """Some gone, some in other words, some new: the keys to delete, the set to add."""
    gone = rng.sample(articles, 10)
    kept = [a for a in articles if a not in gone]
    for i in rng.sample(range(len(kept)), 10):
        again = make_article(rng, 0)
        kept[i] = {**kept[i], "title": again["title"], "body": again["body"]}
    kept += [make_article(rng, 100 * round_number + i) for i in range(10)]
    return [key_of(a) for a in gone], kept


def key_of(article):
    return f"{article['source']}:{article['id']}"


def ask_one(rng, texts, daemon):
    """None and how many were found, or what is wrong."""
    question = make_question(rng, 2)
    query = spell(question, rng)
    answers = [(t.article, *evaluate(question, t)) for t in texts]
    keys = sorted(key_of(a) for a, yes, _ in answers if yes)
    hits = sum(len(found) for _, _, found in answers)
    reply = daemon.get("/v1/search", {"q": query, "limit": 1000, "hits": 1, "relax": 0})
    got = sorted(h["key"] for h in reply.get("hits", []))
    if got == keys and reply["total"] == len(keys) and \
            reply.get("total_hits", 0) == hits:
        return None, len(keys)
    return (f"{query}\n  {question}\n  got {len(got)} articles, "
            f"{reply.get('total_hits')} hits, want {len(keys)}, {hits}: "
            f"{sorted(set(got) ^ set(keys))[:5]} {reply.get('error', '')}"), len(keys)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--engine")
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    articles = [make_article(rng, i) for i in range(ARTICLES)]
    faults = found_some = 0
    with tempfile.TemporaryDirectory(prefix="dateline-e2e-") as folder:
        path = pathlib.Path(folder) / "articles.jsonl"
        index = pathlib.Path(folder) / "index"

        def add():
            path.write_text("".join(json.dumps(a) + "\n" for a in articles))
            add_articles(options.binaries, index, [path], engine=options.engine)

        add()
        with Daemon(options.binaries, index, folder) as daemon:
            for round_number in range(ROUNDS):
                if round_number:
                    gone, articles = change(rng, articles, round_number)
                    delete_articles(options.binaries, index, gone)
                    add()
                    daemon.post("/v1/reload")
                texts = [Text(article) for article in articles]
                for _ in range(options.questions // ROUNDS):
                    fault, found = ask_one(rng, texts, daemon)
                    found_some += 0 < found < len(articles)
                    faults += fault is not None
                    if fault and faults <= 10:
                        print(fault)
    print(f"{options.questions} questions, {found_some} found some articles and not all, "
          f"{faults} faults")
    return 1 if faults or found_some < options.questions // 2 else 0


if __name__ == "__main__":
    sys.exit(main())
