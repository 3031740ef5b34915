#!/usr/bin/env python3
"""The programs of the search-benchmark game over the generated corpus: every engine that was
built gives the counts of the plain scan, whatever it is asked."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BENCH = pathlib.Path(sys.argv.pop(1)) / "bench"
sys.path.insert(0, str(PROJECT / "bench"))

from measure import queries  # noqa: E402

ENGINES = ["dateline-game", "game-fts5", "game-xapian"]
ARTICLES = 400
STRANGE = ['"nosuchword"', '+nosuchword +the', 'nosuchword', 'nosuchword the', '"the the"',
           '+the +the', 'the the', '"the nosuchword"', '+the', '"the"']


def run(command, text=None):
    return subprocess.run([str(c) for c in command], input=text, text=True, check=True,
                          capture_output=True).stdout


class Game(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="dateline-game-"))
        corpus = cls.place / "corpus"
        run([sys.executable, PROJECT / "tools/make_corpus", corpus])
        articles = [line for path in sorted(corpus.rglob("*.jsonl"))
                    for line in path.read_text().splitlines()]
        articles = articles[::len(articles) // ARTICLES]
        cls.game = run([BENCH / "game-words"], "\n".join(articles) + "\n")
        (cls.place / "game.jsonl").write_text(cls.game)
        cls.texts = [text for _, text in queries.sampled(cls.place / "game.jsonl", 10, 3)]
        cls.texts += STRANGE
        cls.counts = list(map(int, run([BENCH / "game-scan", cls.place / "game.jsonl"],
                                       cls.lines("COUNT")).split()))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place)

    @classmethod
    def lines(cls, command):
        return "".join(f"{command}\t{text}\n" for text in cls.texts)

    def ask(self, program, command, *options):
        answers = run([BENCH / program, "query", self.place / program, *options],
                      self.lines(command)).splitlines()
        self.assertEqual(len(answers), len(self.texts))
        return answers

    def test_there_is_something_to_count(self):
        self.assertGreater(sum(count > 10 for count in self.counts), 20)
        self.assertGreater(sum(0 < count <= 10 for count in self.counts), 20)
        self.assertIn(0, self.counts)

    def test_every_engine_counts_what_the_scan_counts(self):
        for program in ENGINES:
            with self.subTest(program):
                if not (BENCH / program).exists():
                    self.skipTest("not built")
                run([BENCH / program, "build", self.place / program], self.game)
                for command in ("COUNT", "TOP_10_COUNT"):
                    for text, answer, count in zip(self.texts, self.ask(program, command),
                                                   self.counts):
                        self.assertEqual(int(answer), count, text)
                for command, most in (("TOP_10", 10), ("TOP_100", 100)):
                    rows = self.ask(program, command, "--ids")
                    for text, row, count in zip(self.texts, rows, self.counts):
                        shown, *ids = row.split()
                        self.assertEqual(int(shown), min(most, count), text)
                        self.assertEqual(len(set(ids)), int(shown), text)

    def test_closeness_changes_the_order_and_not_the_number(self):
        place = self.place / "close"
        run([BENCH / "dateline-game", "build", place, "--title-words", "8"], self.game)
        answers = {}
        for options in ((), ("--closeness",)):
            answers[options] = run([BENCH / "dateline-game", "query", place, "--ids", *options],
                                   self.lines("TOP_10")).splitlines()
        plain, close = answers.values()
        self.assertEqual([row.split()[0] for row in plain], [row.split()[0] for row in close])
        self.assertNotEqual(plain, close)


if __name__ == "__main__":
    unittest.main()
