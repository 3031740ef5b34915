"""How fast `dateline-index add` makes an index, how large it is, how soon it opens, and in
how much memory.

Every set, and all of them together, is indexed by `dateline-index add` and, without its
stored articles, by dateline-build-speed: one thread, pinned to one processor, the fastest of
several runs.
The text is titles, summaries, bodies and captions in UTF-8; MB are 10^6 bytes of it, and
the input is uncompressed first, so that gzip is not measured.
"""
import gzip
import json
import os
import subprocess

from measure.process import Process, fastest

TEXT = ("title", "summary", "body", "captions")
# What of `dateline-index info` is which column of the table of sizes.
STORED = {"stored articles"}
WORDS = {"positions", "postings", "dictionary", "stems", "marks"}
TOGETHER = "all in one index"
LEAST_TURNS = 7


def unpack(path, folder):
    """The set as plain JSON lines, and the bytes of its text."""
    plain = folder / path.name.removesuffix(".gz")
    text = 0
    with gzip.open(path, "rb") as packed, open(plain, "wb") as out:
        for line in packed:
            article = json.loads(line)
            text += sum(len((article.get(part) or "").encode()) for part in TEXT)
            out.write(line)
    return plain, text


def measure_set(binaries, plains, text, folder, options):
    """One set, or several: its row of each table."""
    indexer = binaries / "indexer/dateline-index"
    speed = binaries / "bench/dateline-build-speed"
    index, bare = folder / "index", folder / "bare"

    def build(command, where):
        runs = []
        for _ in range(options.builds):
            subprocess.run(["rm", "-rf", where], check=True)
            runs.append(Process([*command, "--index", where, "--threads", "1",
                                 "--memory", options.memory, *plains], {options.processor}))
        return fastest(runs)

    whole = build([indexer, "add", "--source", "bench", "--max-rejects", "100%"], index)
    words = build([speed, "--without-text"], bare)
    info = json.loads(subprocess.run([indexer, "info", "--json", "--index", index],
                                     check=True, text=True, capture_output=True).stdout)
    bare_bytes = json.loads(words.out)["bytes"]
    opening = json.loads(Process([speed, "--index", index], {options.processor}).out)
    subprocess.run(["rm", "-rf", index, bare], check=True)
    return {"text": text, "json": sum(plain.stat().st_size for plain in plains),
            "articles": info["articles"], "bytes": info["bytes"],
            "bare_bytes": bare_bytes, "whole": whole, "words": words,
            "parts": {p["name"]: p["bytes"] for p in info["parts"]},
            "pieces": info["pieces"], "open_us": opening["open_us"]}


def speed_row(name, text, whole, words):
    return (f"| {name} | {text / 1e6:.1f} | {whole:.2f} | {text / 1e6 / whole:.1f} | "
            f"{words:.2f} | {text / 1e6 / words:.1f} |")


def print_speeds(rows):
    print("| set | text, MB | s | MB/s | s without stored articles | MB/s |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, row in rows.items():
        print(speed_row(name, row["text"], row["whole"].seconds, row["words"].seconds))


def print_size(name, row, whole):
    parts = row["parts"]
    words = sum(size for part, size in parts.items() if part in WORDS)
    stored = sum(size for part, size in parts.items() if part in STORED)
    cells = [*parts.values(), words, stored, row["bytes"] - words - stored, row["bytes"],
             row["bare_bytes"]]
    print(f"| {name} | " + " | ".join(f"{100 * c / whole:.1f}" for c in cells) + " |")


def print_sizes(rows):
    names = list(next(iter(rows.values()))["parts"])
    print("\n| % of the text | " + " | ".join(names) +
          " | words in all | stored in all | the rest | index | index without stored |")
    print("|---|" + "--:|" * (len(names) + 5))
    for name, row in rows.items():
        print_size(name, row, row["text"])
    print_size(f"{TOGETHER}, % of the JSON lines", rows[TOGETHER], rows[TOGETHER]["json"])


def print_rest(rows, memory):
    print(f"\n| set | articles | pieces | opens in, us | peak RssAnon of `add --memory "
          f"{memory}`, MB |")
    print("|---|--:|--:|--:|--:|")
    for name, row in rows.items():
        print(f"| {name} | {row['articles']} | {row['pieces']} | {row['open_us']:.0f} | "
              f"{row['whole'].peak_kb / 1000:.0f} |")


def measure(paths, work, options):
    """A row of each table for every set."""
    rows = {}
    sets = [unpack(path, work) for path in paths]
    for plain, text in sets:
        rows[plain.stem] = measure_set(options.binaries, [plain], text, work, options)
    rows[TOGETHER] = measure_set(options.binaries, [plain for plain, _ in sets],
                                 sum(text for _, text in sets), work, options)
    for plain, _ in sets:
        plain.unlink()
    print_speeds(rows)
    print_sizes(rows)
    print_rest(rows, options.memory)
    return {name: {**row, "whole": vars_of(row["whole"]), "words": vars_of(row["words"])}
            for name, row in rows.items()}


def vars_of(run):
    return {"seconds": run.seconds, "processor_seconds": run.processor_seconds,
            "peak_kb": run.peak_kb}


def build_in_turns(plains, index, options):
    """By one thread on one processor and by two on two, in turns, so that a machine that is
    slower for a while is so for both: all runs of each."""
    ways = {1: {options.processor}, 2: os.sched_getaffinity(0)}
    runs = {count: [] for count in ways}
    for _ in range(max(options.builds, LEAST_TURNS)):
        for count, processors in ways.items():
            subprocess.run(["rm", "-rf", index], check=True)
            runs[count].append(
                Process([options.binaries / "bench/dateline-build-speed", "--index", index,
                         "--without-text", "--merge", "--threads", str(count), "--memory",
                         options.memory, *plains], processors))
    subprocess.run(["rm", "-rf", index], check=True)
    return runs


def threads(paths, work, options):
    """One index of all sets without stored articles, merged into one segment; the least time
    of each way, and the least time of the processors."""
    sets = [unpack(path, work) for path in paths]
    plains, text = [plain for plain, _ in sets], sum(size for _, size in sets)
    runs = build_in_turns(plains, work / "threads", options)
    for plain in plains:
        plain.unlink()
    seconds = {count: fastest(of).seconds for count, of in runs.items()}
    used = {count: min(run.processor_seconds for run in of) for count, of in runs.items()}
    print(f"| {text / 1e6:.1f} MB of text | s | MB/s | s of processor |\n|---|--:|--:|--:|")
    for count, took in seconds.items():
        print(f"| threads: {count} | {took:.2f} | {text / 1e6 / took:.1f} | {used[count]:.2f} |")
    print(f"\nTwo threads over one: {seconds[1] / seconds[2]:.2f}")
    return {"text_bytes": text, "seconds": seconds, "processor_seconds": used}
