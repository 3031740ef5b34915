#!/usr/bin/env python3
"""kill -9 of the indexer at many moments, and of the daemon.

After each, `check` exits 0, the index is what it was before or has the whole of the run,
and the next run works. A killed daemon's socket does not keep the next one away; a living
one's does.
"""
import random
import signal
import subprocess
import sys
import time

from scene import ProgramFailed, articles, main, run

SEED = 20250820
KILLS = 30
ATTEMPTS = 90
BATCH = 150
SECONDS = 120  # stop trying to reach KILLS; fewer than that is a fault


def add_and_kill(scene, path, delay):
    """None when it was killed; the seconds it took when it was done before."""
    start = time.monotonic()
    process = subprocess.Popen(scene.add_command(path), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    took = None
    try:
        process.wait(timeout=delay)
        took = time.monotonic() - start
    except subprocess.TimeoutExpired:
        process.kill()
    error = process.communicate()[1].decode(errors="replace")
    scene.check(process.returncode in (0, -signal.SIGKILL),
                f"exit of add after a kill: {process.returncode}: {error}")
    return took if process.returncode == 0 else None


def after_kill(scene, generation, count, kills):
    """What the index must be now; its generation and articles."""
    done = scene.index_check()
    scene.equal(f"check after kill {kills} ({done.stderr.strip()[:300]})",
                done.returncode, 0)
    info = scene.info()
    now = info.get("generation"), info.get("articles")
    scene.check(now in ((generation, count), (generation + 1, count + BATCH)),
                f"after kill {kills}: generation, articles {now}, before "
                f"{(generation, count)}")
    return now


def expect_total(scene, count):
    with scene.daemon() as daemon:
        scene.equal("articles found", daemon.get("/v1/count", {"q": "everywhere"})
                    .get("total"), count)


def kill_indexer(scene):
    rng = random.Random(SEED)
    start = time.monotonic()
    scene.add(articles(0, BATCH))
    whole = time.monotonic() - start
    info = scene.info()
    generation, count = info["generation"], info["articles"]
    kills = kept = 0
    end = time.monotonic() + SECONDS
    for attempt in range(1, ATTEMPTS):
        if kills == KILLS or time.monotonic() > end:
            break
        path = scene.write(articles(attempt * BATCH, BATCH))
        # Every other one near the end, where the commit is.
        share = rng.random() if attempt % 2 else rng.uniform(0.7, 1.05)
        took = add_and_kill(scene, path, share * whole)
        killed = took is None
        kills += killed
        # The machine may have more to do than before, or less.
        whole = whole * 1.05 if killed else min(whole, took)
        now = after_kill(scene, generation, count, kills)
        kept += killed and now[0] != generation
        generation, count = now
        if attempt % 10 == 0:
            scene.add(articles(attempt * BATCH, BATCH))
            generation, count = after_kill(scene, generation, count, kills)
            expect_total(scene, count)
    scene.equal("kills", kills, KILLS)
    last = articles(ATTEMPTS * BATCH, BATCH)
    scene.add(last)
    scene.equal("articles in the end", scene.info()["articles"], count + BATCH)
    expect_total(scene, count + BATCH)
    left = [p.name for p in scene.index.iterdir()]
    scene.check(len(left) <= 5, f"leftovers of killed runs: {sorted(left)}")
    print(f"{kills} kills within {whole:.2f} s, {kept} after the commit")


def kill_first_run(scene):
    """Killed before there ever was a generation."""
    index = scene.folder / "first"
    path = scene.write(articles(0, BATCH))
    for delay in (0.01, 0.05, 0.1, 0.2):
        process = subprocess.Popen(scene.add_command(path, index=index))
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
    done = run(scene.add_command(path, index=index))
    scene.equal(f"exit of add ({done.stderr.strip()})", done.returncode, 0)
    scene.equal("articles", scene.info(index)["articles"], BATCH)
    scene.equal("check", scene.index_check(index).returncode, 0)


def kill_daemon(scene):
    daemon = scene.daemon()
    daemon.process.kill()
    daemon.process.wait()
    scene.check(daemon.socket.exists(), "the killed daemon left no socket to test with")
    with scene.daemon() as second:
        scene.equal("after a killed daemon",
                    "total" in second.get("/v1/count", {"q": "everywhere"}), True)
        try:
            third = subprocess.run(
                [scene.binaries / "queryd/dateline-queryd", "--index", scene.index,
                 "--socket", second.socket], capture_output=True, text=True, timeout=20)
            scene.check(third.returncode not in (0, None) and third.stderr,
                        f"a second daemon on a living socket: {third}")
        except (subprocess.TimeoutExpired, ProgramFailed):
            scene.check(False, "a second daemon took a living daemon's socket")
        scene.equal("the first one still answers",
                    "total" in second.get("/v1/count", {"q": "everywhere"}), True)
        scene.equal("exit of the daemon", second.stop(), 0)
    scene.check(not second.socket.exists(), "a stopped daemon leaves its socket")


def test(scene):
    kill_indexer(scene)
    kill_first_run(scene)
    kill_daemon(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
