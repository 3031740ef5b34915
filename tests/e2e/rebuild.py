#!/usr/bin/env python3
"""An index with new versions and deletions, analysed anew into each engine: the same
articles, and, where both keep them, the same versions in the same order. Killed in the
middle, nothing is there, and the next run does it; killed after the rename that publishes
it, all of it is there.

    rebuild.py BINARY_DIR [--engine NAME] [--into NAME...]
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from programs import Daemon, add_articles, delete_articles, run  # noqa: E402

KEYS = 60
RUNS = 6
SEED = 1963


def fill(binaries, index, folder, engine):
    """Some runs of new articles, new versions, old texts again, and deletions."""
    rng = random.Random(SEED)
    there = set()
    for number in range(RUNS):
        path = folder / f"{number}.jsonl"
        chosen = sorted(rng.sample(range(KEYS), KEYS // 2))
        path.write_text("".join(json.dumps({
            "source": "s", "id": str(key), "lang": rng.choice(["en", "de", ""]),
            "date": f"20{rng.randint(10, 25)}-0{rng.randint(1, 9)}-11",
            "title": f"Story {key}, text {rng.randrange(4)}",
            "body": "grain and ships " * rng.randint(1, 40)}) + "\n" for key in chosen))
        add_articles(binaries, index, [path], engine=engine)
        there |= set(chosen)
        gone = rng.sample(sorted(there), 5)
        delete_articles(binaries, index, [f"s:{key}" for key in gone])
        there -= set(gone)


def info(binaries, index):
    done = run([binaries / "indexer/dateline-index", "info", "--json", "--index", index])
    return json.loads(done.stdout)


def versions(binaries, index, folder):
    """Every version of every key, as the daemon tells them; [] for none."""
    told = {}
    with Daemon(binaries, index, folder) as daemon:
        for key in range(KEYS):
            told[key] = []
            while True:
                reply = daemon.get(f"/v1/articles/s%3A{key}",
                                   {"version": len(told[key]) + 1})
                if "article" not in reply:
                    break
                told[key].append((reply["article"], reply["current"], reply["versions"]))
        daemon.stop()
    return told


def rebuild(binaries, index, into, engine, killed_after=None):
    process = subprocess.Popen([binaries / "indexer/dateline-index", "rebuild", "--index",
                                index, "--into", into, "--engine", engine],
                               stderr=subprocess.PIPE, text=True)
    try:
        said = process.communicate(timeout=killed_after)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[1]
    return process.returncode, said


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--engine", default="native")
    parser.add_argument("--into", nargs="+", default=["native"])
    options = parser.parse_args()
    binaries = options.binaries.resolve()
    faults = checks = killed = 0

    def same(what, got, want):
        nonlocal faults, checks
        checks += 1
        if got != want:
            faults += 1
            print(f"{what}: got {got}, want {want}")

    with tempfile.TemporaryDirectory(prefix="dateline-rebuild-") as place:
        folder = pathlib.Path(place)
        index = folder / "index"
        fill(binaries, index, folder, options.engine)
        before = info(binaries, index)
        kept = options.engine == "native" and versions(binaries, index, folder)
        for engine in options.into:
            new = folder / engine
            for delay in (0.001, 0.01, 0.05):
                status, _ = rebuild(binaries, index, new, engine, delay)
                killed += status < 0
                if new.exists():
                    break
                same(f"{engine}: exit without an index", status < 0, True)
            if not new.exists():
                same(f"{engine}: exit and errors", rebuild(binaries, index, new, engine),
                     (0, ""))
            same(f"{engine}: left over", [p.name for p in folder.glob("*.rebuilding")], [])
            after = info(binaries, new)
            same(f"{engine}: its engine", after["engine"], engine)
            for member in ("articles", "words", "corpus_digest"):
                same(f"{engine}: {member}", after[member], before[member])
            done = run([binaries / "indexer/dateline-index", "check", "--index", new])
            same(f"{engine}: check", (done.returncode, done.stderr), (0, ""))
            if kept and engine == "native":
                again = versions(binaries, new, folder)
                for key, told in kept.items():
                    same(f"{engine}: versions of s:{key}", again[key], told)
        same("the old index", info(binaries, index), before)
    print(f"{checks} checks, {killed} runs killed, {faults} faults")
    if not killed:
        print("no run was slow enough to be killed")
    return faults != 0 or not killed


if __name__ == "__main__":
    sys.exit(main())
