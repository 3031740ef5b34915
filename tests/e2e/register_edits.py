#!/usr/bin/env python3
"""Edits of a register by hand are kept by an index, over every later register.

    register_edits.py BUILD --engine NAME
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ARTICLES = [
    {"id": "1", "source": "s", "title": "One", "body": "Alice Example met them in Exampleton."},
    {"id": "2", "source": "s", "title": "Two", "body": "Nobody was in Otherton."},
    {"id": "3", "source": "s", "title": "Three", "body": "The mayor of Beispielstadt spoke."},
]
REGISTER = ("alice\tperson\tAlice Example\n"
            "exampleton\tplace\tExampleton\n"
            "otherton\tplace\tOtherton\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--engine", required=True)
    options = parser.parse_args()
    program = pathlib.Path(options.build) / "indexer" / "dateline-index"

    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        index, base, later = place / "index", place / "base.tsv", place / "later.tsv"
        articles = place / "articles.jsonl"
        articles.write_text("".join(json.dumps(a) + "\n" for a in ARTICLES))
        base.write_text(REGISTER)
        later.write_text(REGISTER + "third\tplace\tThirdton\n")

        def run(*words, status=0):
            done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
            assert done.returncode == status, (words, done)
            return done.stdout

        def ids(of=index):
            return [line.split("\t")[0] for line in
                    run("register", "list", "--index", of).splitlines()]

        def named(name, of=index):
            return run("register", "list", "--index", of, name).split("\t")[0]

        run("add", "--index", index, "--engine", options.engine, "--register", base, articles)
        assert ids() == ["alice", "exampleton", "otherton"], ids()
        run("register", "add", "--index", index, "exampleton", "de:Beispielstadt")
        run("register", "block", "--index", index, "otherton")
        assert ids() == ["alice", "exampleton"], ids()
        assert named("beispielstadt") == "exampleton"
        run("register", "add", "--index", index, "alice", "--option", "country=mars", status=2)
        assert ids() == ["alice", "exampleton"], ids()

        # A later register comes under the edits; its own are added.
        if options.engine == "native":
            read = json.loads(run("reannotate", "--index", index, "--register", later, "--json"))
            assert read["read"] == 2 and read["articles"] == 3, read
            again = json.loads(run("reannotate", "--index", index, "--register", later, "--json"))
            assert again == dict(read, read=0), again
        else:
            run("reannotate", "--index", index, "--register", later, status=2)
            run("add", "--index", index, "--register", later, articles)
        assert ids() == ["alice", "exampleton", "third"], ids()
        assert named("beispielstadt") == "exampleton"

        # And a rebuild keeps them.
        rebuilt = place / "rebuilt"
        run("rebuild", "--index", index, "--into", rebuilt, "--engine", options.engine,
            "--register", base)
        assert ids(rebuilt) == ["alice", "exampleton"], ids(rebuilt)
        run("register", "merge", "--index", rebuilt, "alice", "exampleton")
        assert ids(rebuilt) == ["exampleton"], ids(rebuilt)
        assert named("Alice Example", rebuilt) == "exampleton"
        run("check", "--index", rebuilt)
        run("check", "--index", index)

        # None at all.
        bare = place / "bare"
        run("add", "--index", bare, "--engine", options.engine, "--register", "none", articles)
        run("register", "list", "--index", bare, status=2)
        assert not list(bare.glob("registers/*")), list(bare.glob("registers/*"))
    print("edits by hand are kept")


if __name__ == "__main__":
    sys.exit(main())
