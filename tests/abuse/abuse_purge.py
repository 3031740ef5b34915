#!/usr/bin/env python3
"""What is purged leaves no trace. Two copies of an index get articles of different texts,
in several versions, among others and in segments of their own; they are merged or not,
deleted or not; then what makes the difference is purged, and not one byte of the two
directories differs. No earlier generation is left. An engine that cannot purge says so and
changes nothing.
"""
import re
import shutil
import sys

from scene import articles, main, run

KEYS = ["a:900", "a:901", "a:902"]
# What happens between their coming and the purge.
PASTS = {
    "as it was added": [],
    "merged": ["merge"],
    "deleted before": ["delete"],
    "deleted and merged": ["delete", "merge"],
    "merged, and merged again": ["merge", "delete", "merge"],
}


def contents(index):
    """{name: bytes}; of MANIFEST without its times and its own checksum."""
    files = {str(p.relative_to(index)): p.read_bytes() for p in index.rglob("*")
             if p.is_file() and p.name != "lock"}
    files["MANIFEST"] = re.sub(rb"(?m)^(committed|crc) .*$", b"", files["MANIFEST"])
    return files


def command(scene, index, *words):
    done = run([scene.indexer, words[0], "--index", index, *words[1:]])
    scene.equal(f"exit of {words} ({done.stderr.strip()})", done.returncode, 0)


def live_through(scene, index, past, text):
    """Generations of the keys with this text, and what else happened."""
    for version in (1, 2):
        made = articles(900, len(KEYS), title=f"{text} {version}", body=f"{text} " * 50)
        scene.add(made, index=index)
    for step in past:
        if step == "merge":
            command(scene, index, "merge")
        else:
            command(scene, index, "delete", *KEYS)
    command(scene, index, "delete", "--purge", *KEYS)


def purge(scene):
    secret, other = "Mitternachtsblau", "Haselnussstrauch"
    for name, past in PASTS.items():
        ends = []
        for text in (secret, other):
            index = scene.folder / text
            shutil.copytree(scene.index, index)
            live_through(scene, index, past, text)
            scene.equal(f"{name}: check", scene.index_check(index).returncode, 0)
            scene.equal(f"{name}: articles", scene.info(index)["articles"], 60)
            manifest = (index / "MANIFEST").read_text()
            scene.equal(f"{name}: generations kept",
                        len(re.findall(r"(?m)^generation ", manifest)), 1)
            with scene.daemon(index=index) as daemon:
                scene.equal(f"{name}: found", daemon.get("/v1/count", {"q": text}).get("total"), 0)
                for key in KEYS:
                    for target in (key, key + "?version=1"):
                        scene.equal(f"{name}: {target}",
                                    daemon.request("GET", "/v1/articles/" + target)[0], 404)
                daemon.stop()
            ends.append(contents(index))
            shutil.rmtree(index)
        scene.equal(f"{name}: files", sorted(ends[0]), sorted(ends[1]))
        for file in sorted(set(ends[0]) & set(ends[1])):
            scene.check(ends[0][file] == ends[1][file], f"{name}: {file} remembers")
        for file, data in ends[0].items():
            for word in (secret, *KEYS):
                scene.check(word.lower().encode() not in data.lower(),
                            f"{name}: {word} in {file}")


def refusal(scene):
    before = contents(scene.index)
    done = run([scene.indexer, "delete", "--purge", "--index", scene.index, "a:1"])
    scene.equal("exit of a purge that is not possible", done.returncode, 2)
    scene.check("cannot purge" in done.stderr and done.stderr.count("\n") == 1,
                f"what it says: {done.stderr!r}")
    scene.check(contents(scene.index) == before, "files changed")


def test(scene):
    scene.add(articles(0, 40))
    scene.add(articles(40, 20))
    if scene.engine == "native":
        purge(scene)
    else:
        refusal(scene)


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
