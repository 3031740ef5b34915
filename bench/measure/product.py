"""The product itself: its ranking beside BM25 alone, the daemon over its socket, a cold
page cache, and a night's delivery while it answers."""
import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.parse

from measure import game, peers, queries, stats

TITLE_WORDS = 8  # of a headline, about
COLD_QUESTIONS = 100
CLIENTS = (1, 16, 64)


def product_index(paths, work, options):
    """All sets, as `dateline-index add` makes of them, in one segment."""
    index = work / "product"
    shutil.rmtree(index, ignore_errors=True)
    indexer = options.binaries / "indexer/dateline-index"
    subprocess.run([indexer, "add", "--index", index, "--source", "bench", "--max-rejects",
                    "100%", "--quiet", *paths], check=True)
    subprocess.run([indexer, "merge", "--index", index], check=True)
    return index


def game_text(paths, work, options):
    text = work / "game.jsonl"
    game.prepare_text(options.binaries, paths, text)
    return text


def questions_of(paths, work, options):
    return game.shuffled(queries.sampled(game_text(paths, work, options), options.each,
                                         max(1, options.each // 3)))


# --- ranking ---

def ranking(paths, work, options):
    """TOP_10 by BM25, with closeness, and with closeness and titles, over the same words."""
    text = game_text(paths, work, options)
    engine = peers.ours(options.binaries)
    plain, titled = work / "plain", work / "titled"
    game.build(engine.build(plain), text, plain, options.processor)
    game.build([*engine.build(titled), "--title-words", str(TITLE_WORDS)], text, titled,
               options.processor)
    ways = {"BM25": engine.query(plain), "and closeness": [*engine.query(plain), "--closeness"],
            "and titles": [*engine.query(titled), "--closeness"]}
    asker = game.Asker(options.binaries, work, options)
    names, texts = zip(*questions_of(paths, work, options))
    runs = []
    for _ in range(options.runs):
        overhead = statistics.median(asker.ask("TOP_10", texts, asker.echo(work))[0])
        runs.append({"TOP_10": {
            way: [us - overhead for us in asker.ask("TOP_10", texts, command)[0]]
            for way, command in ways.items()}})
    figures = {way: game.figures_of(runs, names, "TOP_10", way, options.least)
               for way in ways}
    print("| TOP_10, net us: mean / median / p99 | " + " | ".join(ways) +
          " | all of it / BM25 |\n|---|" + "--:|" * (len(ways) + 1))
    for name in (name for name in queries.CLASSES if name in figures["BM25"]):
        cells = ["{mean:.1f} / {median:.1f} / {p99:.1f}".format(**figures[way][name])
                 for way in ways]
        ratio = figures["and titles"][name]["mean"] / figures["BM25"][name]["mean"]
        print(f"| {name} | " + " | ".join(cells) + f" | {ratio:.2f} |")
    return figures


# --- the daemon ---

class Daemon:
    """dateline-queryd on an index, until the end of the block."""

    def __init__(self, index, work, options):
        self.binaries, self.work = options.binaries, work
        self.socket = work / "socket"
        self.socket.unlink(missing_ok=True)
        self.child = subprocess.Popen([options.binaries / "queryd/dateline-queryd", "--index",
                                       index, "--socket", self.socket, "--log-level",
                                       "warning"])

    def __enter__(self):
        for _ in range(1000):
            if self.socket.exists() or self.child.poll() is not None:
                return self
            time.sleep(0.01)
        return self

    def __exit__(self, *exception):
        self.child.terminate()
        self.child.wait()

    def load(self, clients, seconds, targets):
        """A dateline-load at work; its output is one JSON object."""
        file = self.work / "targets"
        file.write_text("".join(target + "\n" for target in targets))
        return subprocess.Popen([self.binaries / "bench/dateline-load", self.socket,
                                 str(clients), str(seconds), file], text=True,
                                stdout=subprocess.PIPE)

    def measure(self, clients, seconds, targets):
        return finished(self.load(clients, seconds, targets))


def finished(load):
    out = load.communicate()[0]
    if load.returncode:
        raise SystemExit("dateline-load failed")
    return json.loads(out)


def targets_of(texts, rest):
    return ["/v1/search?q=" + urllib.parse.quote(text) + rest for text in texts]


def socket(paths, work, options):
    """Ten hits for phrases of two words, over the socket."""
    index = product_index(paths, work, options)
    texts = [text for name, text in questions_of(paths, work, options) if name == "phrase-2"]
    engine = peers.ours(options.binaries)
    asker = game.Asker(options.binaries, work, options)
    overhead = statistics.median(asker.ask("TOP_10_COUNT", texts, asker.echo(work))[0])
    own, _ = asker.ask("TOP_10_COUNT", texts, [*engine.query(index), "--closeness"])
    own = stats.summary(own, overhead)
    ways = {"with snippets": "", "without": "&snippets=0"}
    rows = []
    with Daemon(index, work, options) as daemon:
        for way, rest in ways.items():
            targets = targets_of(texts, rest)
            daemon.measure(1, options.warm_up / 4, targets)
            for clients in CLIENTS:
                rows.append({"way": way, "clients": clients,
                             **daemon.measure(clients, options.load_seconds, targets)})
    print(f"The engine alone: p50 {own['median']:.1f} us, p99 {own['p99']:.1f} us\n")
    print("| phrases of two words | clients | p50, us | p99, us | queries/s | "
          "p50 / the engine's |\n|---|--:|--:|--:|--:|--:|")
    for row in rows:
        print(f"| {row['way']} | {row['clients']} | {row['p50_us']:.0f} | "
              f"{row['p99_us']:.0f} | {row['per_second']:.0f} | "
              f"{row['p50_us'] / own['median']:.1f} |")
    return {"engine": own, "rows": rows}


# --- cold ---

def forget_pages(folder):
    """Have the system drop its copies of the files; the bytes it kept all the same."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    kept = subprocess.run(["fincore", "--bytes", "--noheadings", "--output", "RES", *files],
                          check=True, text=True, capture_output=True).stdout
    return sum(map(int, kept.split()))


def cold(paths, work, options):
    """The first hundred questions of all classes after the cache was emptied, and again."""
    index = product_index(paths, work, options)
    texts = [text for _, text in questions_of(paths, work, options)][:COLD_QUESTIONS]
    command = [*peers.ours(options.binaries).query(index), "--closeness"]
    asker = game.Asker(options.binaries, work, options)
    kept = forget_pages(index)
    times = {"cold": asker.ask("TOP_10", texts, command, warm_up=0)[0],
             "pages there": asker.ask("TOP_10", texts, command, warm_up=0)[0],
             "warm": asker.ask("TOP_10", texts, command)[0]}
    figures = {way: {**stats.summary(us), "all": sum(us)} for way, us in times.items()}
    print(f"{kept / 1e6:.1f} MB of {peers.size_of(index) / 1e6:.1f} were still in memory\n")
    print(f"| first {len(texts)} questions | all, ms | mean, us | median, us | p99, us |\n"
          "|---|--:|--:|--:|--:|")
    for way, row in figures.items():
        print(f"| {way} | {row['all'] / 1e3:.1f} | {row['mean']:.0f} | {row['median']:.0f} | "
              f"{row['p99']:.0f} |")
    return figures


# --- nightly ---

def grow(paths, out, options, articles, first, seed):
    with open(out, "wb") as lines:
        child = subprocess.Popen([options.binaries / "bench/dateline-grow", "--articles",
                                  str(articles), "--first", str(first), "--seed", str(seed)],
                                 stdin=subprocess.PIPE, stdout=lines)
        for path in paths:
            subprocess.run(["gzip", "-dc", path], stdout=child.stdin, check=True)
        child.stdin.close()
        if child.wait():
            raise SystemExit("no grown text")


def add(options, index, path):
    """Seconds and bytes written of `dateline-index add`."""
    started = time.monotonic()
    child = subprocess.Popen([options.binaries / "indexer/dateline-index", "add", "--index",
                              index, "--max-rejects", "100%", "--quiet", path])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit("dateline-index add failed")
    return {"seconds": time.monotonic() - started, "bytes": os.path.getsize(path),
            "written": usage.ru_oublock * 512, "index_bytes": peers.size_of(index)}


def nightly(paths, work, options):
    """A fiftieth more articles, while one client asks phrases of two words."""
    whole, night, index = work / "whole.jsonl", work / "night.jsonl", work / "nightly"
    shutil.rmtree(index, ignore_errors=True)
    grow(paths, whole, options, options.nightly_articles, 0, 1)
    grow(paths, night, options, max(1, options.nightly_articles // 50),
         options.nightly_articles, 2)
    figures = {"articles": options.nightly_articles, "all": add(options, index, whole)}
    whole.unlink()
    texts = [text for name, text in questions_of(paths, work, options) if name == "phrase-2"]
    targets = targets_of(texts, "")
    with Daemon(index, work, options) as daemon:
        daemon.measure(1, options.warm_up / 4, targets)
        figures["before"] = daemon.measure(1, options.load_seconds, targets)
        load = daemon.load(1, 3600, targets)
        time.sleep(0.5)
        figures["night"] = add(options, index, night)
        load.terminate()
        figures["during"] = finished(load)
        time.sleep(6)  # the daemon looks every five seconds
        figures["after"] = daemon.measure(1, options.load_seconds, targets)
    night.unlink()
    shutil.rmtree(index)
    growth_of = figures["night"]
    print(f"{figures['articles']} articles, {figures['all']['bytes'] / 1e6:.0f} MB, in "
          f"{figures['all']['seconds']:.1f} s; {growth_of['bytes'] / 1e6:.1f} MB more in "
          f"{growth_of['seconds']:.1f} s, {growth_of['written'] / 1e6:.1f} MB written, "
          f"index {growth_of['index_bytes'] / 1e6:.0f} MB\n")
    print("| phrases of two words, one client | requests | p50, us | p99, us | longest, us |\n"
          "|---|--:|--:|--:|--:|")
    for when in ("before", "during", "after"):
        row = figures[when]
        print(f"| {when} | {row['requests']} | {row['p50_us']:.0f} | {row['p99_us']:.0f} | "
              f"{row['max_us']:.0f} |")
    return figures
