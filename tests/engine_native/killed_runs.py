#!/usr/bin/env python3
"""kill -9 at random moments of adds, deletes, purges and merges, as often as asked.

    killed_runs.py BINARIES [KILLS] [--seed N]

Beside the index stands a table of what it must hold. After each kill `check` finds
nothing, and the index is exactly what the table was before the run or after one of its
commits; a run that exited 0 is in it. Every now and then, and in the end, the index is
compared with a fresh one that is made from the table: their digests of all keys and texts
are equal, so no article of a reported commit is lost, and none has come back.
"""
import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

WORDS = ("grain harbour ship treaty draft council minister vote bank rate price oil gas "
         "winter river bridge border truce summit island paper court law army the of").split()
KEYS = 400
COMPARE_EVERY = 40


class Fault(Exception):
    pass


def article(number, version):
    rng = random.Random(f"{number} {version}")
    return {"source": "a", "id": str(number), "version": version, "lang": "en",
            "date": f"20{10 + number % 15}-0{1 + number % 9}-1{number % 10}",
            "title": f"Story n{number} v{version}",
            "body": " ".join(rng.choices(WORDS, k=rng.randrange(5, 80)))}


class Runs:
    def __init__(self, program, folder, seed):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.index = self.folder / "index"
        self.rng = random.Random(seed)
        self.table = {}  # number -> version, of what is committed
        self.versions = {}  # number -> the last version that was ever tried
        self.generation, self.digest = 0, None
        self.kinds = {}  # of runs: seconds that a whole one takes
        self.counts = {}

    # --- the programs ---

    def command(self, name, *rest, index=None):
        return [str(self.program), name, "--index", str(index or self.index),
                *map(str, rest)]

    def run(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True, **options)
        if done.returncode:
            raise Fault(f"{' '.join(command)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def info(self, index=None):
        return json.loads(self.run(*self.command("info", "--json", index=index)))

    def write(self, numbers, name="articles.jsonl"):
        path = self.folder / name
        with open(path, "w", encoding="utf-8") as out:
            for number, version in numbers:
                out.write(json.dumps(article(number, version)) + "\n")
        return path

    # --- what a run would make of the table: one for each of its commits ---

    def add(self, commit_every=None):
        numbers = self.rng.sample(range(KEYS), self.rng.randrange(1, 120))
        batch = []
        for number in numbers:
            self.versions[number] = self.versions.get(number, 0) + 1
            batch.append((number, self.versions[number]))
        tables, table = [], dict(self.table)
        for i, (number, version) in enumerate(batch, 1):
            table[number] = version
            if i == len(batch) or (commit_every and i % commit_every == 0):
                tables.append(dict(table))
        options = ["--commit-every", commit_every] if commit_every else []
        options += ["--memory", self.rng.choice(["1M", "64M"])]
        options += ["--engine", "native", self.write(batch)]
        return self.command("add", *options), tables

    def remove(self, purge):
        numbers = self.rng.sample(range(KEYS), self.rng.randrange(1, 30))
        keys = self.folder / "keys"
        keys.write_text("".join(f"a:{number}\n" for number in numbers))
        table = {n: v for n, v in self.table.items() if n not in numbers}
        return (self.command("delete", *(["--purge"] if purge else []), "--keys",
                             keys), [table])

    def choose(self):
        kind = self.rng.choices(["add", "add often", "delete", "purge", "merge"],
                                [5, 2, 2, 2, 1])[0]
        if kind == "add":
            return kind, *self.add()
        if kind == "add often":
            return kind, *self.add(commit_every=self.rng.randrange(5, 60))
        if kind == "merge":
            return kind, self.command("merge"), [dict(self.table)]
        return kind, *self.remove(kind == "purge")

    # --- killing ---

    def launch(self, kind, command):
        """Kill it somewhere in the time that it takes; whether it was."""
        whole = self.kinds.get(kind, 0.2)
        delay = self.rng.uniform(0, whole * 1.1)
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
        error = process.communicate()[1]
        if process.returncode == -signal.SIGKILL:
            return True
        # 1: some of the keys to delete are not there.
        if process.returncode not in (0, 1):
            raise Fault(f"{kind}: exit {process.returncode}: {error}")
        took = time.monotonic() - started
        self.kinds[kind] = 0.7 * whole + 0.3 * took
        return False

    def adopt(self, kind, tables, killed):
        """The index is the table of before, or one of `tables`; which?"""
        self.run(*self.command("check"))
        info = self.info()
        steps = info["generation"] - self.generation
        if not 0 <= steps <= len(tables):
            raise Fault(f"{kind}: generation {info['generation']} after "
                        f"{self.generation}")
        if steps == 0 and info["corpus_digest"] != self.digest:
            raise Fault(f"{kind}: other articles in the same generation")
        table = tables[steps - 1] if steps else self.table
        # A run that changes nothing makes no generation.
        if not killed and tables[-1] != table:
            raise Fault(f"{kind}: reported, and not in the index")
        if info["articles"] != len(table):
            raise Fault(f"{kind}: {info['articles']} articles, not {len(table)}")
        self.table, self.generation = table, info["generation"]
        self.digest = info["corpus_digest"]

    def kill_one(self):
        kind, command, tables = self.choose()
        killed = self.launch(kind, command)
        before = self.generation
        self.adopt(kind, tables, killed)
        if killed:
            late = " (committed)" if self.generation != before else ""
            self.counts[kind + late] = self.counts.get(kind + late, 0) + 1
        return killed

    def compare(self):
        """With an index that nobody has killed."""
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        path = self.write(sorted(self.table.items()), "all.jsonl")
        self.run(*self.command("add", "--engine", "native", path, index=fresh))
        want = self.info(fresh)["corpus_digest"]
        if self.table and self.digest != want:
            raise Fault(f"the index holds other articles than the table: {self.digest}"
                        f", want {want}")

    def leftovers(self):
        named = {line.split(maxsplit=3)[-1].strip()
                 for line in (self.index / "MANIFEST").read_text().splitlines()
                 if line.startswith("file ")}
        there = {f"{folder}/{path.name}" for folder in ("segments", "registers")
                 for path in (self.index / folder).glob("*")}
        if there != named:
            raise Fault(f"left over: {sorted(there - named)}, missing: "
                        f"{sorted(named - there)}")

    def all(self, kills):
        self.run(*self.add()[0])
        self.table = {n: v for n, v in self.versions.items()}
        info = self.info()
        self.generation, self.digest = info["generation"], info["corpus_digest"]
        self.compare()
        done = 0
        while done < kills:
            killed = self.kill_one()
            done += killed
            if killed and done % COMPARE_EVERY == 0:
                self.compare()
        command, tables = self.add() # and the next run repairs
        self.run(*command)
        self.adopt("the last run", tables, False)
        self.leftovers()
        self.compare()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("kills", type=int, nargs="?", default=30)
    parser.add_argument("--seed", type=int, default=20250820)
    options = parser.parse_args()
    program = options.binaries.resolve() / "indexer/dateline-index"
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        runs = Runs(program, folder, options.seed)
        try:
            runs.all(options.kills)
        except Fault as fault:
            print("FAULT", fault)
            kept = shutil.copytree(folder, tempfile.mkdtemp() + "/killed")
            print("the index is kept in", kept)
            sys.exit(1)
    print(f"{options.kills} kills in {time.monotonic() - started:.0f} s, nothing "
          f"lost; generation {runs.generation}, {len(runs.table)} articles")
    for kind, count in sorted(runs.counts.items()):
        print(f"{count:6} {kind}")


if __name__ == "__main__":
    main()
