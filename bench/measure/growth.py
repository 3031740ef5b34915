"""Whether cost grows with the text: real text recombined to several sizes (bench/grow.c),
indexed, and asked for phrases of the smallest."""
import shutil
import statistics
import subprocess

from measure import game, peers, queries, stats
from measure.process import Process

CLASSES = [name for name in queries.CLASSES if name.startswith(("phrase", "frequent"))]
CHECKED = 10  # every so many questions' counts are compared with a plain scan


def grown_text(binaries, paths, megabytes, out):
    """So many MB of articles, as the game has them. The shorter text is the beginning of
    the longer."""
    if out.exists():
        return
    with open(f"{out}.new", "wb") as prepared:
        grow = subprocess.Popen([binaries / "bench/dateline-grow", "--megabytes",
                                 str(megabytes)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        words = subprocess.Popen([binaries / "bench/game-words"], stdin=grow.stdout,
                                 stdout=prepared)
        grow.stdout.close()
        for path in paths:
            subprocess.run(["gzip", "-dc", path], stdout=grow.stdin, check=True)
        grow.stdin.close()
        if grow.wait() or words.wait():
            raise SystemExit("no grown text")
    shutil.move(f"{out}.new", out)


def size_row(engine, text, questions, work, options):
    """Build and questions of one size."""
    folder = work / "grown"
    shutil.rmtree(folder, ignore_errors=True)
    with open(text) as lines:
        run = Process([*engine.build(folder), "--memory", options.memory],
                      {options.processor}, stdin=lines)
    asker = game.Asker(options.binaries, work, options)
    names, texts = zip(*questions)
    checked = texts[::CHECKED]
    counts = game.scan(options.binaries, text, checked)
    _, answers = asker.ask("COUNT", checked, engine.query(folder))
    wrong = game.wrong_answers("COUNT", checked, answers, counts)
    if wrong:
        raise SystemExit(f"{text.name}: {wrong[:20]}")
    row = {"text_bytes": game.text_bytes(text), "seconds": run.seconds,
           "processor_seconds": run.processor_seconds, "peak_kb": run.peak_kb,
           "bytes": peers.size_of(folder)}
    for command in ("TOP_10", "COUNT"):
        times, _ = asker.ask(command, texts, asker.echo(work))
        overhead = statistics.median(times)
        times, _ = asker.ask(command, texts, engine.query(folder))
        row[command] = game.by_class(names, [us - overhead for us in times])
    shutil.rmtree(folder)
    return row


def measure(paths, work, options):
    engine = peers.ours(options.binaries)
    rows, questions = [], None
    for megabytes in options.growth_mb:
        text = work / f"grown-{megabytes}.jsonl"
        grown_text(options.binaries, paths, megabytes, text)
        questions = questions or game.shuffled(
            q for q in queries.sampled(text, options.each, max(1, options.each // 3))
            if q[0] in CLASSES)
        rows.append(size_row(engine, text, questions, work, options))
        if not options.work:
            text.unlink()
    show(rows)
    return rows


def phrase_mean(row, command):
    return stats.mean_of_means(list(row[command].values()))


def cost_of(row):
    """Seconds a byte of text; of the processor, because the disk may be shared."""
    return row["processor_seconds"] / row["text_bytes"]


def show(rows):
    first = rows[0]
    print("| text, MB | s | processor s | of it, us a KB | of the first | peak RssAnon, MB | index, % | "
          "TOP_10 phrases, us | of the first | COUNT phrases, us | of the first |\n|"
          + "--:|" * 11)
    for row in rows:
        cost = cost_of(row)
        cells = [f"{row['text_bytes'] / 1e6:.0f}", f"{row['seconds']:.1f}",
                 f"{row['processor_seconds']:.1f}", f"{cost * 1e9:.1f}",
                 f"{cost / cost_of(first):.2f}",
                 f"{row['peak_kb'] / 1000:.0f}",
                 f"{100 * row['bytes'] / row['text_bytes']:.1f}"]
        for command in ("TOP_10", "COUNT"):
            mean = phrase_mean(row, command)
            cells += [f"{mean:.1f}", f"{mean / phrase_mean(first, command):.2f}"]
        print("| " + " | ".join(cells) + " |")
