#!/usr/bin/env python3
"""No room: files may only grow so far, then the disk itself is full. `add` exits 4 with
one line, nothing has changed, and with room the same run works."""
import os
import resource
import subprocess
import sys

from scene import articles, main, run


def add_within(scene, path, index, limit):
    """`add` whose files may hold `limit` bytes; None: as many as there is room for."""
    def bound():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # Python ignores SIGXFSZ, and its children may go on doing so: writes then fail.
    return subprocess.run(scene.add_command(path, index=index), capture_output=True,
                          text=True, restore_signals=False,
                          preexec_fn=bound if limit else None)


def expect_refusal(scene, done, index, before, what):
    scene.equal(f"{what}: exit ({done.stderr.strip()[:200]})", done.returncode, 4)
    scene.equal(f"{what}: lines said", done.stderr.count("\n"), 1)
    scene.equal(f"{what}: what is there", scene.info(index), before)
    check = scene.index_check(index)
    scene.equal(f"{what}: check ({check.stderr.strip()[:200]})", check.returncode, 0)


def limited_files(scene):
    scene.add(articles(0, 40))
    before = scene.info()
    path = scene.write(articles(40, 200, words=120))
    refused = 0
    for limit in (1, 512, 4096, 9000, 16384, 40000, 70000, 100000):
        done = add_within(scene, path, scene.index, limit)
        if done.returncode == 0:
            break
        refused += 1
        expect_refusal(scene, done, scene.index, before, f"files of {limit} bytes")
    scene.check(refused >= 4, f"only {refused} limits were felt")
    scene.equal("with room", add_within(scene, path, scene.index, None).returncode, 0)
    scene.equal("articles", scene.info()["articles"], 240)


def full_disk(scene):
    """Why it was skipped, or None."""
    disk = scene.folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or \
            run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", disk]).returncode != 0:
        return "may not mount a small file system: a full disk was not tried"
    try:
        index = disk / "index"
        scene.add(articles(0, 20), index=index)
        batch = 0
        while True:  # until it is full
            batch += 1
            before = scene.info(index)
            path = scene.write(articles(1000 * batch, 300, words=200))
            done = add_within(scene, path, index, None)
            if done.returncode or batch > 50:
                break
        expect_refusal(scene, done, index, before, "a full disk")
        with scene.daemon(index=index) as daemon:
            scene.equal("articles that are found on it",
                        daemon.get("/v1/count", {"q": "everywhere"}).get("total"),
                        before["articles"])
    finally:
        run(["umount", disk])
    return None


def test(scene):
    limited_files(scene)
    return full_disk(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
