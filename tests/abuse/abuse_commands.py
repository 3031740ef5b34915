#!/usr/bin/env python3
"""dateline-index from outside: exit codes, two writers, damaged input beside good, what
it says and where."""
import gzip
import json
import pathlib
import subprocess
import sys
import time

from scene import articles, main, run


def usage(scene):
    for args, status in ((["nonsense"], 2), ([], 2), (["add"], 2),
                         (["add", "--index", scene.index], 2),
                         (["add", "--no-such-option", "x"], 2),
                         (["add", "--index", scene.index, "--engine", "none", "x"], 2),
                         (["add", "--index", scene.index, "--max-rejects", "some", "x"], 2),
                         (["info", "--index", scene.folder / "nowhere"], 2),
                         (["check", "--index", scene.folder / "nowhere"], 2),
                         (["--help"], 0), (["add", "--help"], 0)):
        done = run([scene.indexer, *args])
        scene.equal(f"exit of {[str(a) for a in args]} ({done.stderr.strip()[:200]})",
                    done.returncode, status)
        scene.check(done.stderr if status else done.stdout and not done.stderr,
                    f"{args}: says {done.stdout!r}, {done.stderr!r}")


def rejects(scene):
    """Half of it is no article; the other half goes in."""
    good = articles(0, 10)
    path = scene.folder / "mixed.jsonl"
    lines = []
    for article in good:
        lines += [json.dumps(article), '{"id": "cut', "[1, 2]", ""]
    path.write_text("\n".join(lines) + "\n")
    done = run(scene.add_command(path))
    scene.equal("exit with rejects", done.returncode, 1)
    scene.equal("articles", scene.info()["articles"], 10)
    scene.check("mixed.jsonl" in done.stderr, f"the file is not named: {done.stderr!r}")
    done = run(scene.add_command(path, extra=["--max-rejects", "20"]))
    scene.equal("exit with 20 allowed", done.returncode, 0)
    done = run(scene.add_command(path, extra=["--max-rejects", "19"]))
    scene.equal("exit with 19 allowed", done.returncode, 1)
    out = scene.folder / "rejects"
    done = run(scene.add_command(path, extra=["--rejects", out]))
    scene.equal("records in --rejects", out.read_text().count("mixed.jsonl"), 20)
    before = scene.info()
    done = run(scene.add_command(scene.write(articles(50, 1)),
                                 scene.folder / "missing.jsonl"))
    scene.equal("exit for a missing file", done.returncode, 2)
    scene.check("missing.jsonl" in done.stderr, f"not named: {done.stderr!r}")
    scene.equal("what is there afterwards", scene.info(), before)

    packed = gzip.compress("".join(json.dumps(a) + "\n" for a in articles(100, 50))
                           .encode())
    cut = scene.folder / "cut.jsonl.gz"
    cut.write_bytes(packed[:len(packed) // 2])
    done = run(scene.add_command(cut))
    scene.equal("exit for half a .gz", done.returncode, 1)
    scene.check("cut.jsonl.gz" in done.stderr, f"not named: {done.stderr!r}")
    before = scene.info()["articles"]
    scene.check(10 < before < 60, f"{before} articles after half a .gz")
    noise = scene.folder / "noise"
    noise.write_bytes(bytes(range(256)) * 40)
    done = run(scene.add_command(noise))
    scene.equal("exit for noise", done.returncode, 1)
    scene.equal("articles", scene.info()["articles"], before)


def standard_input(scene):
    text = "".join(json.dumps(a) + "\n" for a in articles(200, 5))
    before = scene.info()["articles"]
    done = run(scene.add_command("-"), input=text)
    scene.equal(f"exit of add - ({done.stderr.strip()})", done.returncode, 0)
    scene.equal("articles", scene.info()["articles"], before + 5)


def two_writers(scene):
    """The first waits for its standard input and holds the index."""
    first = subprocess.Popen(scene.add_command("-"), stdin=subprocess.PIPE, text=True)
    first.stdin.write(json.dumps(articles(300, 1)[0]) + "\n")
    first.stdin.flush()
    inode = f":{(scene.index / 'lock').stat().st_ino} "
    end = time.monotonic() + 20
    while time.monotonic() < end and \
            inode not in pathlib.Path("/proc/locks").read_text():
        time.sleep(0.02)  # to try it here would be to hold it
    second = run(scene.add_command(scene.write(articles(400, 1))))
    scene.equal(f"exit of the second ({second.stderr.strip()})", second.returncode, 3)
    scene.equal("lines it says", second.stderr.count("\n"), 1)
    scene.equal("check meanwhile", scene.index_check().returncode, 0)
    before = scene.info()["articles"]
    first.stdin.close()
    scene.equal("exit of the first", first.wait(timeout=30), 0)
    scene.equal("articles", scene.info()["articles"], before + 1)
    done = run(scene.add_command(scene.write(articles(401, 1))))
    scene.equal("exit of the next", done.returncode, 0)


def deletes(scene):
    before = scene.info()
    done = run([scene.indexer, "delete", "--index", scene.index, "a:1", "a:2"])
    scene.equal(f"exit of delete ({done.stderr.strip()})", done.returncode, 0)
    after = scene.info()
    scene.equal("articles", after["articles"], before["articles"] - 2)
    scene.equal("generation", after["generation"], before["generation"] + 1)
    done = run([scene.indexer, "delete", "--index", scene.index, "a:1", "a:3"])
    scene.equal("exit for a key that is not there", done.returncode, 1)
    scene.check("a:1" in done.stderr, f"it is not named: {done.stderr!r}")
    scene.equal("articles", scene.info()["articles"], before["articles"] - 3)


def test(scene):
    usage(scene)
    rejects(scene)
    standard_input(scene)
    two_writers(scene)
    deletes(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
