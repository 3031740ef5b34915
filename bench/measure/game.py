"""The search-benchmark game: all engines, the same words, one core, one run."""
import json
import os
import random
import shutil
import statistics
import subprocess
import sys

from measure import goals, peers, queries, stats
from measure.process import Process

COMMANDS = ["TOP_10", "COUNT", "TOP_10_COUNT"]


def prepare_text(binaries, paths, out):
    """Articles of all sets as the game has them; numbered through."""
    if out.exists():
        return
    words = subprocess.Popen([binaries / "bench/game-words"], stdin=subprocess.PIPE,
                             stdout=open(f"{out}.new", "wb"))
    for path in paths:
        subprocess.run(["gzip", "-dc", path], stdout=words.stdin, check=True)
    words.stdin.close()
    if words.wait():
        sys.exit("game-words failed")
    os.rename(f"{out}.new", out)


def text_bytes(game_path):
    """Of the texts alone, without the JSON around them."""
    with open(game_path, "rb") as lines:
        return sum(len(line) - line.index(b',"text":"') - len(b',"text":""}\n')
                   for line in lines)


def build(command, game_path, folder, processor):
    shutil.rmtree(folder, ignore_errors=True)
    with open(game_path) as text:
        run = Process(command, {processor}, stdin=text)
    return {"seconds": run.seconds, "processor_seconds": run.processor_seconds,
            "peak_kb": run.peak_kb}


def build_all(engines, game_path, work, options):
    """Ours anew each time; a peer's is kept with its figures, when the folder is."""
    builds = {}
    for engine in engines:
        folder, kept = work / engine.name, work / f"{engine.name}.json"
        if engine.name not in ("dateline", peers.BEFORE) and kept.exists() and folder.exists():
            builds[engine.name] = json.loads(kept.read_text())
            continue
        runs = [build(engine.build(folder), game_path, folder, options.processor)
                for _ in range(options.builds)]
        engine.tidy(folder)
        builds[engine.name] = {**min(runs, key=lambda run: run["seconds"]),
                               "bytes": peers.size_of(folder)}
        kept.write_text(json.dumps(builds[engine.name]))
    return builds


class Asker:
    """Asks all questions of one command of an engine, warm, and gives times and answers."""

    def __init__(self, binaries, work, options):
        self.program = binaries / "bench/game-ask"
        self.file, self.options = work / "questions", options

    def echo(self, work):
        return [self.options.binaries / "bench/game-echo", "query", work]

    def ask(self, command, texts, query_command, warm_up=None):
        self.file.write_text("".join(f"{command}\t{text}\n" for text in texts))
        run = subprocess.run(
            ["taskset", "-c", str(self.options.processor), self.program, self.file,
             str(self.options.warm_up if warm_up is None else warm_up), *query_command],
            text=True, stdout=subprocess.PIPE, check=True)
        rows = [line.split("\t") for line in run.stdout.splitlines()]
        return [int(ns) / 1e3 for ns, _ in rows], [answer for _, answer in rows]


def scan(binaries, game_path, texts):
    """What each question's count must be."""
    run = subprocess.run([binaries / "bench/game-scan", game_path],
                         input="".join(f"COUNT\t{text}\n" for text in texts),
                         text=True, stdout=subprocess.PIPE, check=True)
    return run.stdout.split()


def wrong_answers(command, texts, answers, counts):
    if command != "TOP_10":
        right = counts
    else:
        right = [str(min(10, int(count))) for count in counts]
    return [f"{text}: {answer} instead of {expected}"
            for text, answer, expected in zip(texts, answers, right) if answer != expected]


def one_run(engines, asker, work, texts, counts, options):
    """{command: {engine: times of the questions, net}}: all engines take turns."""
    result = {}
    for command in options.commands:
        times, _ = asker.ask(command, texts, asker.echo(work))
        overhead = statistics.median(times)
        result[command] = {}
        for engine in engines:
            times, answers = asker.ask(command, texts, engine.query(work / engine.name))
            wrong = wrong_answers(command, texts, answers, counts)
            if wrong:
                sys.exit(f"{engine.name}, {command}: {len(wrong)} wrong answers\n" +
                         "\n".join(wrong[:20]))
            result[command][engine.name] = [us - overhead for us in times]
        result[command]["echo"] = [overhead]
    return result


def by_class(names, times):
    classes = {}
    for name, us in zip(names, times):
        classes.setdefault(name, []).append(us)
    return {name: stats.summary(us) for name, us in classes.items()}


def figures_of(runs, names, command, engine, least):
    """{class: summary}: medians over the runs, or of the least time of each question."""
    all_times = [run[command][engine] for run in runs]
    if least:
        return by_class(names, [min(times) for times in zip(*all_times)])
    summaries = [by_class(names, times) for times in all_times]
    return {name: stats.median_of([s[name] for s in summaries]) for name in summaries[0]}


def sections(binaries, folder):
    """What our index is made of."""
    info = subprocess.run([binaries / "indexer/dateline-index", "info", "--json", "--index",
                           folder], check=True, text=True, capture_output=True).stdout
    return {part["name"]: part["bytes"] for part in json.loads(info)["parts"]}


def shuffled(questions):
    """So that no class is warmed by itself alone."""
    questions = list(questions)
    random.Random(queries.SEED).shuffle(questions)
    return questions


def measure(paths, work, options):
    """Everything of the game over the sets in `paths`; prints tables, returns all figures."""
    game_path = work / "game.jsonl"
    prepare_text(options.binaries, paths, game_path)
    engines = [engine for engine in peers.all_of(options.binaries, work, options.before)
               if engine.name in (*options.engines, peers.BEFORE)]
    for engine in [e for e in engines if not e.there()]:
        print(f"SKIPPED: {engine.name} is not there (tools/setup --bench)", file=sys.stderr)
        engines.remove(engine)

    questions = queries.sampled(game_path, options.each, max(1, options.each // 3))
    if options.public and options.commands_file.exists():
        questions += queries.public(options.commands_file,
                                    options.binaries / "bench/game-words", options.public)
    questions = shuffled(q for q in questions
                         if not options.classes or q[0] in options.classes)
    counts = scan(options.binaries, game_path, [text for _, text in questions])

    text = text_bytes(game_path)
    builds = build_all(engines, game_path, work, options)
    asker = Asker(options.binaries, work, options)
    names, texts = zip(*questions)
    runs = [one_run(engines, asker, work, texts, counts, options)
            for _ in range(options.runs)]
    figures = {"text_bytes": text, "questions": len(questions), "builds": builds,
               "queries": {command: {engine.name: figures_of(runs, names, command, engine.name,
                                                             options.least)
                                     for engine in engines}
                           for command in options.commands},
               "echo_us": {command: [run[command]["echo"][0] for run in runs]
                           for command in options.commands},
               "sections": sections(options.binaries, work / "dateline")}
    print_builds(figures)
    print_queries(figures)
    goals.show(figures)
    return figures


# --- tables ---

def print_builds(figures):
    text = figures["text_bytes"]
    print(f"\n| {text / 1e6:.1f} MB of text | s | s of processor | MB/s | peak RssAnon, MB | "
          "index, MB | % of text |\n|---|--:|--:|--:|--:|--:|--:|")
    for name, run in figures["builds"].items():
        print(f"| {name} | {run['seconds']:.2f} | {run['processor_seconds']:.2f} | "
              f"{text / 1e6 / run['seconds']:.1f} | {run['peak_kb'] / 1000:.0f} | "
              f"{run['bytes'] / 1e6:.2f} | {100 * run['bytes'] / text:.1f} |")
    print("\n| section | MB | % of text |\n|---|--:|--:|")
    for name, size in figures["sections"].items():
        print(f"| {name} | {size / 1e6:.2f} | {100 * size / text:.2f} |")


def print_queries(figures):
    known = queries.CLASSES + queries.PUBLIC_CLASSES
    for command, by_engine in figures["queries"].items():
        names = list(by_engine)
        print(f"\n{command}, net us: mean / median / p99 (echo "
              f"{statistics.median(figures['echo_us'][command]):.1f})\n")
        print("| | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names))
        for name in known:
            if name in by_engine[names[0]]:
                cells = ["{mean:.1f} / {median:.1f} / {p99:.1f}".format(**by_engine[e][name])
                         for e in names]
                print(f"| {name} | " + " | ".join(cells) + " |")
