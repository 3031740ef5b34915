#!/usr/bin/env python3
"""Run end-to-end cases: articles in, questions asked of the real daemon over its
real socket, answers compared. README.md beside this file is the grammar.

    run.py BINARY_DIR [--engine NAME] CASE_FILE...
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from programs import Daemon, add_articles, delete_articles  # noqa: E402

SOURCE = "t"  # articles are keyed t:ID; cases write ID


class Case:
    """A case file, run line by line against one index and one daemon."""

    def __init__(self, binaries, engine, path, folder):
        self.binaries, self.engine, self.folder = binaries, engine, folder
        self.index = folder / "index"
        self.path = path
        self.faults = []
        self.questions = 0
        self.daemon = None
        self.reply = None
        self.number = 0

    def fault(self, text):
        self.faults.append(f"{self.path}:{self.number}: {text}")

    def run(self):
        lines = self.path.read_text(encoding="utf-8").split("\n")
        try:
            while self.number < len(lines):
                line = lines[self.number]
                self.number += 1
                if line.startswith("articles"):
                    self.number = self.take_articles(lines, self.number)
                elif line.startswith("text "):
                    self.number = self.take_text(lines, self.number, line[5:])
                elif line.startswith("delete "):
                    delete_articles(self.binaries, self.index,
                                    [self.key(i) for i in line.split()[1:]])
                    self.reload()
                elif line.strip() and not line.startswith("#"):
                    self.ask_or_expect(line)
        finally:
            if self.daemon:
                self.daemon.stop()
        if not self.questions:
            self.fault("a case that asks nothing")
        return self.faults

    def key(self, name):
        return name if ":" in name else f"{SOURCE}:{name}"

    def take_articles(self, lines, at):
        end = at
        while end < len(lines) and lines[end].startswith("{"):
            end += 1
        path = self.folder / f"articles-{at}.jsonl"
        path.write_text("\n".join(lines[at:end]) + "\n", encoding="utf-8")
        self.add(path)
        return end

    def take_text(self, lines, at, name):
        end = lines.index(".", at)
        path = self.folder / name
        path.write_text("\n".join(lines[at:end]) + "\n", encoding="utf-8")
        self.add(path)
        return end + 1

    def add(self, path):
        add_articles(self.binaries, self.index, [path], engine=self.engine,
                     source=SOURCE)
        self.reload()

    def reload(self):
        if self.daemon:
            self.daemon.post("/v1/reload")

    def ask_or_expect(self, line):
        word, _, rest = line.strip().partition(" ")
        if word.startswith("query") or word.startswith("phrase"):
            self.ask(word, rest)
        elif self.reply is None:
            self.fault(f"an expectation before any question: {line}")
        else:
            expectation = getattr(self, "expect_" + word.replace("->", "set")
                                  .replace("=>", "order"), None)
            if expectation:
                expectation(rest.strip())
            else:
                self.fault(f"unknown line: {line}")

    def ask(self, word, query):
        if self.reply and "error" in self.reply and not self.error_expected:
            self.fault(f"before this line: {self.reply['error']}")
        if not self.daemon:
            self.daemon = Daemon(self.binaries, self.index, self.folder)
        name, _, extra = word.partition("[")
        params = dict(p.split("=", 1) for p in extra.rstrip("]").split("&") if p)
        params.setdefault("limit", "1000")
        params["q" if name == "query" else "phrase"] = query.strip()
        params.setdefault("hits", "1")
        self.reply = self.daemon.get("/v1/search", params)
        self.error_expected = False
        self.questions += 1

    def found(self):
        prefix = SOURCE + ":"
        return [h["key"][len(prefix):] if h["key"].startswith(prefix)
                else h["key"] for h in self.reply.get("hits", [])]

    def compare(self, what, got, want):
        if got != want:
            error = self.reply.get("error")
            self.fault(f"{what}: got {error or got}, want {want}")

    def expect_set(self, rest):
        self.compare("articles", sorted(self.found()), sorted(rest.split()))
        self.compare("total", self.reply.get("total"), len(rest.split()))

    def expect_order(self, rest):
        self.compare("articles in order", self.found(), rest.split())

    def expect_total(self, rest):
        self.compare("total", self.reply.get("total"), int(rest))

    def expect_hits(self, rest):
        self.compare("total_hits", self.reply.get("total_hits"), int(rest))

    def expect_error(self, rest):
        code, position, text = (rest.split(" ", 2) + ["", ""])[:3]
        error = self.reply.get("error", {})
        self.error_expected = True
        self.compare("error code", error.get("code"), code)
        if position not in ("", "-"):
            self.compare("error position", error.get("position"), int(position))
        if text not in error.get("message", ""):
            self.fault(f"error text: got {error.get('message')!r}, want {text!r}")

    def expect_note(self, rest):
        codes = [n["code"] for n in self.reply.get("notes", [])]
        if rest not in codes:
            self.fault(f"notes: got {codes}, want {rest}")

    def expect_marks(self, rest):
        name, _, want = rest.partition(" ")
        for hit in self.reply.get("hits", []):
            if hit["key"] in (name, self.key(name)):
                text = hit["snippet"]["text"].encode()
                got = [text[a:b].decode() for a, b in hit["snippet"]["marks"]]
                self.compare(f"marks of {name}", got, want.split("|"))
                return
        self.fault(f"marks of {name}: it was not found")

    def expect_snippet(self, rest):
        name, _, want = rest.partition(" ")
        for hit in self.reply.get("hits", []):
            if hit["key"] in (name, self.key(name)):
                if want not in hit["snippet"]["text"]:
                    self.fault(f"snippet of {name}: got "
                               f"{hit['snippet']['text']!r}, want {want!r} in it")
                return
        self.fault(f"snippet of {name}: it was not found")

    def expect_relax(self, rest):
        query, _, total = rest.rpartition(" ")
        offered = [(r["query"], r["total"])
                   for r in self.reply.get("relaxations", [])]
        if (query, int(total)) not in offered:
            self.fault(f"relaxations: got {offered}, want {(query, int(total))}")

    def expect_understood(self, rest):
        self.compare("understood", self.reply.get("query", {}).get("understood"),
                     rest)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("cases", type=pathlib.Path, nargs="+")
    parser.add_argument("--engine")
    options = parser.parse_args()

    failed = questions = 0
    for path in options.cases:
        with tempfile.TemporaryDirectory(prefix="dateline-e2e-") as folder:
            case = Case(options.binaries, options.engine, path,
                        pathlib.Path(folder))
            faults = case.run()
        questions += case.questions
        failed += bool(faults)
        print("\n".join(faults) if faults
              else f"ok {path.stem}: {case.questions} questions")
    print(f"{questions} questions asked")
    print(f"{len(options.cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
