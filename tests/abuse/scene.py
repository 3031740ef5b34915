"""What the abuse tests share: an index and a daemon in a folder of their own, made-up
articles, and faults that are counted and told at the end."""
import argparse
import json
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from programs import Daemon, ProgramFailed, UnixConnection, run  # noqa: E402,F401

WORDS = ("grain harbour ship treaty draft council minister vote bank rate price oil gas "
         "winter river bridge border truce summit island paper court law army").split()
SKIPPED = 77


class Scene:
    def __init__(self, options, folder):
        self.binaries = options.binaries.resolve()
        self.engine = options.engine
        self.folder = pathlib.Path(folder)
        self.index = self.folder / "index"
        self.faults = []
        self.checks = 0
        self.files = 0

    @property
    def indexer(self):
        return self.binaries / "indexer/dateline-index"

    @property
    def client(self):
        return self.binaries / "client/dateline"

    def check(self, truth, sentence):
        """Count a check; a false one is a fault that the test goes on after."""
        self.checks += 1
        if not truth:
            self.faults.append(sentence)
            print("FAULT", sentence, flush=True)
        return truth

    def equal(self, what, got, want):
        return self.check(got == want, f"{what}: got {got!r}, want {want!r}")

    def daemon(self, index=None, folder=None, extra=()):
        return Daemon(self.binaries, index or self.index, folder or self.folder,
                      extra)

    def write(self, articles):
        """A new JSONL file of these."""
        self.files += 1
        path = self.folder / f"articles-{self.files}.jsonl"
        path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n"
                                for a in articles), encoding="utf-8")
        return path

    def add_command(self, *paths, index=None, extra=()):
        return [str(self.indexer), "add", "--index", str(index or self.index),
                "--engine", self.engine, *extra, *map(str, paths)]

    def add(self, articles, index=None, status=0):
        done = run(self.add_command(self.write(articles), index=index))
        self.equal(f"exit of add ({done.stderr.strip()})", done.returncode, status)
        return done

    def index_check(self, index=None):
        return run([self.indexer, "check", "--index", index or self.index])

    def info(self, index=None):
        """Generation and articles, as `info --json` gives them."""
        done = run([self.indexer, "info", "--json", "--index",
                    index or self.index])
        self.equal(f"exit of info ({done.stderr.strip()})", done.returncode, 0)
        return json.loads(done.stdout) if done.returncode == 0 else {}


def articles(start, count, seed=1, words=40, **extra):
    """Articles a:START ... made of WORDS; each says its number as word `nSTART`."""
    rng = random.Random(f"{seed} {start}")
    made = []
    for i in range(start, start + count):
        body = " ".join(rng.choice(WORDS) for _ in range(words))
        made.append({"source": "a", "id": str(i), "lang": "en",
                     "date": f"20{10 + i % 15}-0{1 + i % 9}-1{i % 10}",
                     "title": f"Story n{i}", "body": f"{body} n{i} everywhere.",
                     **extra})
    return made


def main(test, description):
    """Run test(scene); the exit status tells ctest."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--engine", default="native")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        scene = Scene(options, folder)
        skipped = test(scene)
    if skipped:
        print("SKIPPED:", skipped)
    print(f"{scene.checks} checks, {len(scene.faults)} faults")
    if not scene.checks:
        print("a test that checked nothing")
    if scene.faults or not scene.checks:
        sys.exit(1)
    sys.exit(SKIPPED if skipped else 0)
