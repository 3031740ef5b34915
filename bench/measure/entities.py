"""What it costs that `dateline-index add` looks for entities, and to ask for one."""
import json
import os
import shutil
import subprocess

GOAL = 15  # percent of the processor time of `add`
PASSES = 3  # at least: single runs differ by more than what is looked for


def processor_seconds(options, index, paths, register):
    """Of one `add` of all sets, reading the register included."""
    shutil.rmtree(index, ignore_errors=True)
    child = subprocess.Popen([options.binaries / "indexer/dateline-index", "add", "--index",
                              index, "--source", "bench", "--max-rejects", "100%", "--quiet",
                              *register, *paths])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit("dateline-index add failed")
    return usage.ru_utime + usage.ru_stime


def recognition(paths, work, options):
    """With the register that comes with dateline, and with none, by turns; the least of each."""
    ways = {"with": [], "without": ["--register", "none"]}
    times = {way: [] for way in ways}
    for _ in range(max(PASSES, options.builds)):
        for way, register in ways.items():
            times[way].append(processor_seconds(options, work / "entities", paths, register))
    shutil.rmtree(work / "entities")
    least = {way: min(seconds) for way, seconds in times.items()}
    added = 100 * (least["with"] / least["without"] - 1)
    print("| processor seconds of `add` | without register | with | added | goal |\n"
          "|---|--:|--:|--:|--:|")
    print(f"| all sets | {least['without']:.2f} | {least['with']:.2f} | {added:.1f} % | "
          f"{GOAL} % |")
    return {"seconds": times, "added_percent": added, "goal_percent": GOAL}


def speed(paths, work, options):
    """Entities beside words that as many articles have, by turns, in one process."""
    index = work / "entities"
    processor_seconds(options, index, paths, [])
    out = subprocess.run(["taskset", "-c", str(options.processor),
                          options.binaries / "bench/dateline-entity-speed", index],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    shutil.rmtree(index)
    row = json.loads(out)
    print(f"| {row['pairs']} entities and words, us | entity | word | ratio |\n|---|--:|--:|--:|")
    for command in ("TOP_10", "COUNT"):
        times = row[command]
        print(f"| {command} | {times['entity']:.2f} | {times['word']:.2f} | "
              f"{times['ratio']:.2f} |")
    return row
