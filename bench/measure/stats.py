"""Times into numbers: seconds or nanoseconds, whatever they were.

A percentile is the nearest rank: a time that was measured, never one between two.
"""
import math
import statistics


def percentile(times, p):
    """The least time that p % of all are not above."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(len(ordered) * p / 100) - 1)]


def summary(times, overhead=0):
    """Mean, median and p99 of times, less what asking alone takes."""
    return {"mean": statistics.fmean(times) - overhead,
            "median": statistics.median(times) - overhead,
            "p99": percentile(times, 99) - overhead}


def median_of(summaries):
    """Number by number, over several runs."""
    return {name: statistics.median(s[name] for s in summaries) for name in summaries[0]}


def mean_of_means(summaries):
    """One number for a line of several classes, each weighing the same."""
    return statistics.fmean(s["mean"] for s in summaries)
