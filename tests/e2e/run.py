#!/usr/bin/env python3
"""Run end-to-end cases: articles in, questions asked of the real daemon over its
real socket, answers compared. README.md beside this file is the grammar.

    run.py BINARY_DIR [--engine NAME] CASE_FILE...
"""
import argparse
import pathlib
import shlex
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from laws import broken_laws  # noqa: E402
from programs import Daemon, add_articles, delete_articles, merge, names  # noqa: E402

SOURCE = "t"  # articles are keyed t:ID; cases write ID
CORPUS = HERE.parent.parent / "corpus"


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
        self.error_expected = False
        self.expectations = 0
        self.number = 0
        self.asked_at = 0
        self.name_of_title = {}
        self.register = []

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
                elif line.startswith("corpus "):
                    self.take_corpus(line.split()[1:])
                elif line.startswith(("delete ", "purge ")):
                    word, *names = line.split()
                    delete_articles(self.binaries, self.index,
                                    [self.key(i) for i in names],
                                    ["--purge"] if word == "purge" else [])
                    self.reload()
                elif line.startswith("register"):
                    self.number = self.take_register(lines, self.number, line)
                elif line.startswith(("edit ", "reannotate")):
                    self.edit_names(line)
                elif line == "merge":
                    merge(self.binaries, self.index)
                    self.reload()
                elif line.strip() and not line.startswith("#"):
                    self.ask_or_expect(line)
            self.leave_question()
        finally:
            if self.daemon:
                self.daemon.stop()
        if not self.questions:
            self.fault("a case that asks nothing")
        return self.faults

    def article(self, name, version):
        """The reply to a question for one version of an article; "-": the current one."""
        key = urllib.parse.quote(self.key(name), safe="")
        return self.daemon.get(f"/v1/articles/{key}",
                               {} if version == "-" else {"version": version})

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
        self.name_title(lines[at], name)
        self.add(path)
        return end + 1

    def take_register(self, lines, at, line):
        """"register none", or the lines up to a lone "." are one."""
        if line == "register none":
            self.register = ["--register", "none"]
            return at
        end = lines.index(".", at)
        path = self.folder / f"register-{at}.tsv"
        path.write_text("\n".join(lines[at:end]) + "\n", encoding="utf-8")
        self.register = ["--register", path]
        return end + 1

    def edit_names(self, line):
        words = ["register", *shlex.split(line)[1:]] if line != "reannotate" \
            else ["reannotate", *self.register]
        names(self.binaries, self.index, words)
        self.reload()

    def take_corpus(self, folders):
        """The project's own corpus; a plain-text article is called by its file."""
        for path in sorted((CORPUS / "plain").rglob("*.txt")):
            title = path.read_text(encoding="utf-8").split("\n", 1)[0]
            self.name_title(title, path.stem)
        add_articles(self.binaries, self.index, [CORPUS / f for f in folders],
                     engine=self.engine, extra=self.register)
        self.reload()

    def name_title(self, title, name):
        """A text file has no id: its article is known by its headline."""
        self.name_of_title[" ".join(title.split())] = name

    def add(self, path):
        add_articles(self.binaries, self.index, [path], engine=self.engine,
                     source=SOURCE, extra=self.register)
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
                                  .replace("=>", "order").replace("-", "_"),
                                  None)
            if expectation:
                self.expectations += 1
                expectation(rest.strip())
            else:
                self.fault(f"unknown line: {line}")

    def ask(self, word, query):
        self.leave_question()
        if not self.daemon:
            self.daemon = Daemon(self.binaries, self.index, self.folder)
        name, _, extra = word.partition("[")
        params = dict(p.split("=", 1) for p in extra.rstrip("]").split("&") if p)
        params.setdefault("limit", "1000")
        params["q" if name == "query" else "phrase"] = query.strip()
        params.setdefault("hits", "1")
        self.reply = self.daemon.get("/v1/search", params)
        for law in broken_laws(self.daemon, params, self.reply):
            self.fault(law)
        self.error_expected = False
        self.expectations = 0
        self.asked_at = self.number
        self.questions += 1

    def leave_question(self):
        if self.reply is None:
            return
        if "error" in self.reply and not self.error_expected:
            self.fault(f"line {self.asked_at}: {self.reply['error']}")
        if not self.expectations:
            self.fault(f"line {self.asked_at}: a question that expects nothing")

    def name(self, hit):
        """What a case calls the article of a hit."""
        prefix = SOURCE + ":"
        if hit["key"].startswith(prefix):
            return hit["key"][len(prefix):]
        title = " ".join(hit["title"].split())
        return self.name_of_title.get(title, hit["key"])

    def found(self):
        return [self.name(h) for h in self.reply.get("hits", [])]

    def hit_called(self, what, name):
        for hit in self.reply.get("hits", []):
            if self.name(hit) == name:
                return hit
        self.fault(f"{what} of {name}: it was not found: "
                   f"{self.reply.get('error') or self.found()}")
        return None

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
        if code != "-" or not error:
            self.compare("error code", error.get("code"), code)
        if position not in ("", "-"):
            self.compare("error position", error.get("position"), int(position))
        if text not in error.get("message", ""):
            self.fault(f"error text: got {error.get('message')!r}, want {text!r}")

    def expect_note(self, rest):
        code, _, text = rest.partition(" ")
        notes = self.reply.get("notes", [])
        if not any(code in ("-", n["code"]) and text in n["message"]
                   for n in notes):
            self.fault(f"notes: got {notes}, want {rest}")

    def expect_no_notes(self, _):
        self.compare("notes", self.reply.get("notes"), [])

    def expect_first(self, rest):
        want = rest.split()
        self.compare("first articles", self.found()[:len(want)], want)

    def expect_has(self, rest):
        missing = set(rest.split()) - set(self.found())
        self.compare("missing articles", sorted(missing), [])

    def expect_lacks(self, rest):
        unwanted = set(rest.split()) & set(self.found())
        self.compare("unwanted articles", sorted(unwanted), [])

    def expect_date(self, rest):
        name, _, want = rest.partition(" ")
        hit = self.hit_called("date", name)
        if hit:
            self.compare(f"date of {name}", hit["date"] or "none", want)

    def expect_title(self, rest):
        name, _, want = rest.partition(" ")
        hit = self.hit_called("title", name)
        if hit:
            self.compare(f"title of {name}", hit["title"], want)

    def expect_stored(self, rest):
        name, field, want = (rest.split(" ", 2) + ["", ""])[:3]
        hit = self.hit_called("article", name)
        if hit:
            key = urllib.parse.quote(hit["key"], safe="")
            reply = self.daemon.get(f"/v1/articles/{key}", {})
            got = reply.get("article", {}).get(field)
            if isinstance(got, bool):
                got = str(got).lower()
            self.compare(f"{field} of {name}", got, want)

    def expect_version(self, rest):
        """version A N FIELD text"""
        name, version, field, want = (rest.split(" ", 3) + ["", ""])[:4]
        got = self.article(name, version)
        self.compare(f"{field} of {name}, version {version}",
                     got.get("article", got).get(field), want)
        if version != "-":
            self.compare("its version", got.get("version"), int(version))

    def expect_versions(self, rest):
        """versions A N: so many, the last of them the current one"""
        name, want = rest.split()
        for version in range(1, int(want) + 1):
            got = self.article(name, version)
            self.compare(f"versions of {name}", got.get("versions"), int(want))
            self.compare(f"version {version} of {name} is current",
                         got.get("current"), version == int(want))
        self.compare(f"{name} without a version",
                     self.article(name, "-"), self.article(name, want))

    def expect_no_version(self, rest):
        """no-version A N CODE text"""
        name, version, code, want = (rest.split(" ", 3) + ["", ""])[:4]
        error = self.article(name, version).get("error", {})
        self.compare(f"version {version} of {name}", error.get("code"), code)
        if want not in error.get("message", ""):
            self.fault(f"error text: got {error.get('message')!r}, want {want!r}")

    def expect_marks(self, rest):
        name, _, want = rest.partition(" ")
        hit = self.hit_called("marks", name)
        if hit:
            text = hit["snippet"]["text"].encode()
            got = [text[a:b].decode() for a, b in hit["snippet"]["marks"]]
            self.compare(f"marks of {name}", got,
                         want.split("|") if want else [])

    def expect_snippet(self, rest):
        name, _, want = rest.partition(" ")
        hit = self.hit_called("snippet", name)
        if hit and want not in hit["snippet"]["text"]:
            self.fault(f"snippet of {name}: got "
                       f"{hit['snippet']['text']!r}, want {want!r} in it")

    def expect_relax(self, rest):
        """Letters' case in a relaxation is the program's choice."""
        query, _, total = rest.rpartition(" ")
        offered = [(r["query"].casefold(), r["total"])
                   for r in self.reply.get("relaxations", [])]
        if (query.casefold(), int(total)) not in offered:
            self.fault(f"relaxations: got {offered}, want {(query, int(total))}")

    def expect_relaxed(self, rest):
        """The totals of the relaxations, in order."""
        totals = [str(r["total"]) for r in self.reply.get("relaxations", [])]
        self.compare("totals of relaxations", totals, rest.split())

    def expect_operands(self, rest):
        """WORD=ARTICLES of each operand, in order."""
        got = [f"{o['word']}={o['articles']}"
               for o in self.reply.get("operands", [])]
        self.compare("operands", got, rest.split())

    def entity(self, name):
        for entity in self.reply.get("entities", []):
            if entity["id"] == name:
                return entity
        self.fault(f"entity {name}: not asked for: "
                   f"{self.reply.get('error') or self.reply.get('entities')}")
        return None

    def expect_entity(self, rest):
        """ID ARTICLES FORM HITS|FORM HITS...: all forms, the most frequent first."""
        name, articles, forms = (rest.split(" ", 2) + [""])[:3]
        entity = self.entity(name)
        if entity:
            self.compare(f"articles of {name}", entity["articles"],
                         int(articles))
            self.compare(f"forms of {name}",
                         [f"{f['form']} {f['hits']}" for f in entity["forms"]],
                         forms.split("|") if forms else [])

    def expect_others(self, rest):
        """ID OTHER=ARTICLES ...: what the name may mean, too."""
        name, *others = rest.split()
        entity = self.entity(name)
        if entity:
            self.compare(f"others of the name of {name}",
                         [f"{o['id']}={o['articles']}"
                          for o in entity.get("others", [])], others)

    def expect_new_names(self, rest):
        """ID NAME|NAME...: looked for as phrases; none: nothing is."""
        name, _, names = rest.partition(" ")
        entity = self.entity(name)
        if entity:
            self.compare(f"new names of {name}", entity.get("new_names", []),
                         names.split("|") if names else [])

    def expect_known(self, rest):
        """ID ARTICLES MENTIONS NAME|...: by /v1/entities, with its new names; the list
        has a note whenever an entity has some."""
        name, articles, mentions, names = (rest.split(" ", 3) + [""])[:4]
        known = [e for e in self.daemon.get("/v1/entities", {"q": name})["entities"]
                 if e["id"] == name]
        self.compare(f"known {name}",
                     [(e["articles"], e["mentions"], "|".join(e.get("new_names", [])),
                       sum(y["articles"] for y in e["years"]) + e["undated"])
                      for e in known],
                     [(int(articles), int(mentions), names, int(articles))])
        self.compare("notes of the list",
                     [n["code"] for n in self.daemon.get("/v1/entities", {})["notes"]],
                     ["newer-names"] if names else [])

    def expect_no_entities(self, _):
        self.compare("entities", self.reply.get("entities"), None)

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
