#!/usr/bin/env python3
"""One byte of one file of a small index is changed: `check` exits 5 and names the file.
So it is when a file is cut, grown or gone."""
import random
import sys

from scene import articles, main

SEED = 20250820
POSITIONS = 4  # in each file, besides its first and last byte


def expect_damage(scene, name, what):
    done = scene.index_check()
    scene.equal(f"{name}: exit of check, {what} ({done.stderr.strip()[:200]})",
                done.returncode, 5)
    scene.check(name in done.stderr + done.stdout,
                f"{name}: check does not name it: {what}: {done.stderr!r}")


def positions_in(size, rng):
    some = {0, size - 1} | {rng.randrange(size) for _ in range(POSITIONS)}
    return sorted(some)


def test(scene):
    rng = random.Random(SEED)
    scene.add(articles(0, 30))
    scene.add(articles(30, 10))
    scene.equal("check before", scene.index_check().returncode, 0)
    files = [p for p in sorted(scene.index.rglob("*"))
             if p.is_file() and p.name != "lock"]
    scene.check(len(files) > 2, f"few files: {files}")
    flipped = 0
    for path in files:
        whole = path.read_bytes()
        name = str(path.relative_to(scene.index))
        for at in positions_in(len(whole), rng) if whole else []:
            flip = bytearray(whole)
            flip[at] ^= 1 << rng.randrange(8)
            path.write_bytes(flip)
            expect_damage(scene, name, f"byte {at} of {len(whole)}")
            flipped += 1
        path.write_bytes(whole[:-1])
        if whole:
            expect_damage(scene, name, "cut")
        path.write_bytes(whole + b"\0")
        expect_damage(scene, name, "grown")
        path.unlink()
        if name != "MANIFEST":  # without it there is no index at all
            expect_damage(scene, name, "gone")
        path.write_bytes(whole)
    scene.equal("check after", scene.index_check().returncode, 0)
    print(len(files), "files,", flipped, "bytes flipped")


if __name__ == "__main__":
    sys.exit(main(test, __doc__))
