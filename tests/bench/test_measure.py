#!/usr/bin/env python3
"""bench/measure: numbers from times, questions from a text, ratios from figures."""
import json
import pathlib
import random
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

from measure import goals, queries, stats  # noqa: E402


class Stats(unittest.TestCase):
    def test_a_percentile_is_a_time_that_was_measured(self):
        hundred = list(range(1, 101))
        random.Random(1).shuffle(hundred)
        self.assertEqual(stats.percentile(hundred, 99), 99)
        self.assertEqual(stats.percentile(hundred, 50), 50)
        self.assertEqual(stats.percentile(hundred, 100), 100)
        self.assertEqual(stats.percentile([7], 99), 7)
        self.assertEqual(stats.percentile([1, 2, 3], 99), 3)
        self.assertEqual(stats.percentile([1, 2, 3], 0), 1)

    def test_a_summary_is_less_what_asking_takes(self):
        self.assertEqual(stats.summary([4, 5, 12], overhead=2),
                         {"mean": 5, "median": 3, "p99": 10})

    def test_of_several_runs_the_median_number_by_number(self):
        runs = [{"mean": 1, "p99": 9}, {"mean": 2, "p99": 8}, {"mean": 9, "p99": 1}]
        self.assertEqual(stats.median_of(runs), {"mean": 2, "p99": 8})


class Queries(unittest.TestCase):
    def setUp(self):
        chance = random.Random(7)
        words = [f"w{n}" for n in range(400)]
        self.articles = []
        for _ in range(200):
            text = []
            for _ in range(30):
                text += ["at", "the", "end", "of", chance.choice(words)]
            self.articles.append(text)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as out:
            for n, text in enumerate(self.articles):
                out.write(json.dumps({"id": str(n), "text": " ".join(text)}) + "\n")
        self.path = pathlib.Path(out.name)
        self.questions = queries.sampled(self.path, 12, 3)

    def tearDown(self):
        self.path.unlink()

    def texts(self, name):
        return [text for of, text in self.questions if of == name]

    def test_every_class_has_its_questions_once(self):
        for name in queries.CLASSES:
            texts = self.texts(name)
            self.assertEqual(len(texts), len(set(texts)))
            if not name.startswith("frequent"):
                self.assertEqual(len(texts), 12, name)
        self.assertEqual(queries.sampled(self.path, 12, 3), self.questions)

    def test_words_and_phrases_stand_in_an_article(self):
        wholes = [" ".join(["", *article, ""]) for article in self.articles]
        for name, text in self.questions:
            form, _, count = name.partition("-")
            words = text.replace('"', "").replace("+", "").split()
            self.assertEqual(len(words), int(count or 1), text)
            if form in ("phrase", "frequent"):
                phrase = " " + " ".join(words) + " "
                self.assertTrue(any(phrase in whole for whole in wholes), text)
            else:
                self.assertEqual(len(set(words)), len(words))
                self.assertTrue(any(set(words) <= set(article)
                                    for article in self.articles), text)

    def test_forms_are_written_as_the_game_has_them(self):
        self.assertTrue(all(t[0] == t[-1] == '"' for t in self.texts("phrase-3")))
        self.assertTrue(all(w[0] == "+" for t in self.texts("and-2") for w in t.split()))
        self.assertFalse(any(c in t for t in self.texts("or-5") for c in '+"'))

    def test_frequent_phrases_have_no_rare_word(self):
        self.assertEqual(self.texts("frequent-4"), ['"at the end of"'])
        self.assertEqual(sorted(self.texts("frequent-3")),
                         ['"at the end"', '"the end of"'])
        self.assertEqual(self.texts("frequent-5"), [])


def by_class(names, mean, p99=0):
    return {name: {"mean": mean, "median": mean, "p99": p99} for name in names}


class Goals(unittest.TestCase):
    ands = ["and-2", "and-3", "and-5"]

    def test_a_ratio_is_to_the_fastest_peer(self):
        figures = {"queries": {"TOP_10": {
            "dateline": {**by_class(["and-2"], 1), **by_class(["and-3", "and-5"], 4)},
            "fts5": by_class(self.ands, 60), "lucene": by_class(self.ands, 30)}}}
        self.assertEqual(list(goals.ratios(figures)),
                         [("TOP_10 AND", 3, 30, "lucene", 10, 6, 12)])

    def test_another_build_of_ours_is_no_peer(self):
        figures = {"queries": {"TOP_10": {
            "dateline": by_class(self.ands, 3), "before": by_class(self.ands, 1),
            "fts5": by_class(self.ands, 60)}}}
        self.assertEqual([row[3:5] for row in goals.ratios(figures)], [("fts5", 20)])
        self.assertEqual(list(goals.slow_tails(figures)), [])

    def test_a_class_that_was_not_asked_gives_no_ratio(self):
        figures = {"queries": {"TOP_10": {"dateline": by_class(["and-2"], 1),
                                          "fts5": by_class(["and-2"], 60)}}}
        self.assertEqual(list(goals.ratios(figures)), [])

    def test_p99_stands_against_means_for_top_10_and_p99_for_count(self):
        figures = {"queries": {
            command: {"dateline": by_class(["word"], 1, 20),
                      "fts5": by_class(["word"], 10, 30),
                      "lucene": by_class(["word"], 50, 70)}
            for command in ("TOP_10", "COUNT")}}
        self.assertEqual(list(goals.slow_tails(figures)), [("TOP_10", "word", 20, 10)])

    def test_both_at_once_costs_no_more_than_one_after_the_other(self):
        means = {"TOP_10": 3, "COUNT": 4, "TOP_10_COUNT": 8}
        figures = {"queries": {command: {"dateline": by_class(["word"], mean)}
                               for command, mean in means.items()}}
        self.assertEqual(list(goals.both_at_once(figures)), [("word", 8, 7)])
        figures["queries"]["TOP_10_COUNT"]["dateline"]["word"]["mean"] = 7
        self.assertEqual(list(goals.both_at_once(figures)), [])


if __name__ == "__main__":
    unittest.main()
