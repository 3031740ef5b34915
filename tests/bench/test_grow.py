#!/usr/bin/env python3
"""bench/grow.c: sentences stay in their source and month, new names come as they should,
and a shorter text is the beginning of a longer one."""
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import unittest

GROW = pathlib.Path(sys.argv.pop(1)) / "bench/dateline-grow"
SOURCES, MONTHS, ARTICLES = 2, 3, 400


def real_articles():
    """Each sentence says which source and month it is of; one word in eight is rare."""
    chance = random.Random(5)
    for n in range(ARTICLES):
        source, month = chance.randrange(SOURCES), chance.randrange(MONTHS) + 1
        sentences = [f"The in{source}x{month} envoy met Karlsburg{chance.randrange(900)} people "
                     f"there." for _ in range(chance.randrange(1, 9))]
        yield {"id": str(n), "title": f"Title of {source}x{month}",
               "date": f"2022-0{month}-11", "source": f"source{source}",
               "body": " ".join(sentences)}


REAL = "".join(json.dumps(article) + "\n" for article in real_articles())


def grown(*options, text=REAL):
    return subprocess.run([GROW, *options], input=text, text=True, check=True,
                          capture_output=True).stdout


def words(lines):
    return re.findall(r"[a-z0-9]+", " ".join(json.loads(line)["body"].lower()
                                             for line in lines))


class Grow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = grown("--articles", "4000").splitlines()
        cls.articles = [json.loads(line) for line in cls.lines]

    def test_sentences_stay_in_their_source_and_month(self):
        for article in self.articles:
            source, month = article["source"][-1], int(article["date"][5:7])
            self.assertEqual(article["title"], f"Title of {source}x{month}")
            self.assertEqual(set(re.findall(r"in\dx\d", article["body"])),
                             {f"in{source}x{month}"})

    def test_a_sentence_is_whole(self):
        for article in self.articles:
            sentences = re.split(r"(?<=\.)\s+", article["body"])
            for sentence in sentences:
                self.assertRegex(sentence, r"^The in\dx\d envoy met [A-Z]\w+ people there\.$")

    def test_new_names_come_as_fast_as_the_real_text_says(self):
        real = words(REAL.splitlines())
        half = words(REAL.splitlines()[1::2])
        more = words(self.lines)
        self.assertGreater(len(more), 8 * len(real))
        # Heaps' law through half and whole, carried on.
        exponent = (math.log(len(set(real)) / len(set(half))) /
                    math.log(len(real) / len(half)))
        expected = len(set(real)) * (len(more) / len(real)) ** exponent
        self.assertGreater(exponent, 0.1)
        self.assertAlmostEqual(len(set(more)) / expected, 1, delta=0.05)

    def test_no_more_text_than_there_was_has_no_new_names(self):
        real = set(words(REAL.splitlines()))
        self.assertLessEqual(set(words(self.lines[:300])), real)

    def test_a_shorter_text_is_the_beginning_of_a_longer_one(self):
        short = grown("--articles", "50")
        self.assertEqual(short.splitlines(), self.lines[:50])
        million = grown("--megabytes", "1")
        self.assertGreaterEqual(len(million.encode()), 1000000)
        self.assertTrue(grown("--megabytes", "2").startswith(million))

    def test_ids_go_on_and_seeds_differ(self):
        night = grown("--articles", "5", "--first", "4000", "--seed", "2").splitlines()
        self.assertEqual([json.loads(line)["id"] for line in night],
                         [f"grown-{n}" for n in range(4000, 4005)])
        self.assertEqual(len({a["id"] for a in self.articles}), 4000)
        self.assertNotEqual([json.loads(line)["body"] for line in night],
                            [a["body"] for a in self.articles[:5]])

    def test_what_cannot_grow_is_refused(self):
        for text in ("", REAL.splitlines()[0] + "\n", "no json\n" + REAL):
            failed = subprocess.run([GROW, "--articles", "5"], input=text, text=True,
                                    capture_output=True)
            self.assertEqual(failed.returncode, 1, failed.stderr)


if __name__ == "__main__":
    unittest.main()
