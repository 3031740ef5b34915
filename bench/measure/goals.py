"""What was aimed for, and what was measured: one line each.

A ratio is the fastest peer over us, both as the mean of the means of the line's
classes, net of the round trip.
"""
from measure import stats

PEERS = ("fts5", "lucene", "xapian")

# Line, command, classes, at least, aim.
LINES = [
    ("TOP_10 word", "TOP_10", ["word"], None, None),
    ("TOP_10 phrases", "TOP_10", ["phrase-2", "phrase-3", "phrase-4", "phrase-5"], 7, 12),
    ("TOP_10 frequent, 2", "TOP_10", ["frequent-2"], 200, None),
    ("TOP_10 frequent, 3-5", "TOP_10", ["frequent-3", "frequent-4", "frequent-5"], 12, 40),
    ("COUNT phrases", "COUNT", ["phrase-2", "phrase-3", "phrase-4", "phrase-5"], 3.5, 6),
    ("COUNT frequent, 3-5", "COUNT", ["frequent-3", "frequent-4", "frequent-5"], 3, 10),
    ("TOP_10 AND", "TOP_10", ["and-2", "and-3", "and-5"], 6, 12),
    ("TOP_10 OR", "TOP_10", ["or-2", "or-3", "or-5"], 9, 18),
    ("COUNT AND", "COUNT", ["and-2", "and-3", "and-5"], 4, 8),
    ("COUNT OR", "COUNT", ["or-2", "or-3", "or-5"], 12, 20),
]


def line_mean(by_class, classes):
    """None when a class was not asked."""
    if not all(name in by_class for name in classes):
        return None
    return stats.mean_of_means([by_class[name] for name in classes])


def fastest_peer(by_engine, classes):
    """(mean, name), or None."""
    means = [(line_mean(by_class, classes), name)
             for name, by_class in by_engine.items() if name in PEERS]
    means = [m for m in means if m[0] is not None]
    return min(means) if means else None


def ratios(figures):
    """(line, ours, peer's, peer, ratio, at least, aim) of every line that was asked."""
    for title, command, classes, least, aim in LINES:
        by_engine = figures["queries"].get(command, {})
        ours = line_mean(by_engine.get("dateline", {}), classes)
        peer = fastest_peer(by_engine, classes)
        if ours is not None and peer:
            yield title, ours, peer[0], peer[1], peer[0] / ours, least, aim


def slow_tails(figures):
    """Classes whose p99 is above what it must be below: for TOP_10 every peer's mean, for
    COUNT every peer's p99."""
    for command, measure in (("TOP_10", "mean"), ("COUNT", "p99")):
        by_engine = figures["queries"].get(command, {})
        others = [name for name in by_engine if name in PEERS]
        for name, ours in by_engine.get("dateline", {}).items():
            bound = min((by_engine[o][name][measure] for o in others), default=None)
            if bound is not None and ours["p99"] > bound:
                yield command, name, ours["p99"], bound


def both_at_once(figures):
    """Classes where TOP_10_COUNT takes more than TOP_10 and COUNT one after the other."""
    ours = {c: e["dateline"] for c, e in figures["queries"].items() if "dateline" in e}
    if not {"TOP_10", "COUNT", "TOP_10_COUNT"} <= set(ours):
        return
    for name, both in ours["TOP_10_COUNT"].items():
        apart = ours["TOP_10"][name]["mean"] + ours["COUNT"][name]["mean"]
        if both["mean"] > apart:
            yield name, both["mean"], apart


def build_ratios(figures):
    builds = figures["builds"]
    ours = builds.get("dateline")
    if ours and "fts5" in builds:
        for of, clock in (("", "seconds"), (" of processor", "processor_seconds")):
            yield f"build, FTS5's s{of}", builds["fts5"][clock] / ours[clock], 2.5, 3.5
    if ours and "lucene" in builds:
        yield "index, of Lucene's bytes", ours["bytes"] / builds["lucene"]["bytes"], 1.1, 1.0


def show(figures):
    def number(value):
        return "" if value is None else f"{value:g}"

    print("\n| goal | us | fastest peer, us | | ratio | at least | aim |"
          "\n|---|--:|--:|---|--:|--:|--:|")
    for title, ratio, least, aim in build_ratios(figures):
        print(f"| {title} | | | | {ratio:.2f} | {number(least)} | {number(aim)} |")
    for title, ours, theirs, peer, ratio, least, aim in ratios(figures):
        print(f"| {title} | {ours:.1f} | {theirs:.1f} | {peer} | {ratio:.1f} | "
              f"{number(least)} | {number(aim)} |")
    for command, name, p99, bound in slow_tails(figures):
        print(f"\n{command} {name}: p99 {p99:.1f} us is above a peer's {bound:.1f}")
    for name, both, apart in both_at_once(figures):
        print(f"\nTOP_10_COUNT {name}: {both:.1f} us, TOP_10 and COUNT {apart:.1f}")
