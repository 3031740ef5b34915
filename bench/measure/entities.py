"""What it costs that `dateline-index add` looks for entities, and to ask for one."""
import json
import os
import shutil
import subprocess

GOAL = 15  # percent of the processor time of `add`
PASSES = 3  # at least: single runs differ by more than what is looked for
REANNOTATE_GOAL = 10  # percent of the processor time of `add`
# New names of an entity of the register, which articles of Reuters have: none, few, many.
NEW_NAMES = ["Nowhere Zzyzx", "Texaco Canada", "Dome Petroleum", "Shearson Lehman"]


def indexer_seconds(options, *arguments):
    """Of the processor, for one run of dateline-index; and what it printed."""
    child = subprocess.Popen([options.binaries / "indexer/dateline-index", *arguments],
                             stdout=subprocess.PIPE, text=True)
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"dateline-index {arguments[0]} failed")
    return usage.ru_utime + usage.ru_stime, printed


def processor_seconds(options, index, paths, register):
    """Of one `add` of all sets, reading the register included."""
    shutil.rmtree(index, ignore_errors=True)
    return indexer_seconds(options, "add", "--index", index, "--source", "bench",
                           "--max-rejects", "100%", "--quiet", *register, *paths)[0]


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


def reannotate(paths, work, options):
    """After a name was added to the register of an index: what reannotating takes of the
    time of `add`."""
    index = work / "entities"
    added = min(processor_seconds(options, index, paths, []) for _ in range(options.builds))
    print("| a new name, in articles | s of `reannotate` | of `add` | goal |\n"
          "|--:|--:|--:|--:|")
    rows = []
    for name in NEW_NAMES:
        times = []
        for _ in range(max(PASSES, options.builds)):
            copy = work / "entities-copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(index, copy)
            indexer_seconds(options, "register", "add", "--index", copy, "kyiv", name)
            seconds, printed = indexer_seconds(options, "reannotate", "--index", copy, "--json")
            times.append(seconds)
        row = {"name": name, "seconds": times, "of_add": 100 * min(times) / added,
               "articles": json.loads(printed)["read"]}
        print(f"| {row['articles']} | {min(times):.2f} | {row['of_add']:.1f} % | "
              f"{REANNOTATE_GOAL} % |")
        rows.append(row)
    shutil.rmtree(index)
    shutil.rmtree(copy)
    return {"add_seconds": added, "names": rows, "goal_percent": REANNOTATE_GOAL}


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
