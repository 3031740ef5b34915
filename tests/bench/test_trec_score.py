#!/usr/bin/env python3
"""bench/trec_score.py against an example worked out by hand.

Query 1 has four relevant articles: a (3), b (1), c (2), e (1); d was judged not relevant.
The run finds, once sorted, x, c, a, d, b: x is not judged, c and a have equal scores and so
stand by falling docno, and the ranks in the file are wrong.

    nDCG@10   gains 0 2 3 0 1: 2/log2(3) + 3/log2(4) + 1/log2(6)
              ideal 3 2 1 1:   3/log2(2) + 2/log2(3) + 1/log2(4) + 1/log2(5)
              = (1.26186 + 1.5 + 0.38685) / (3 + 1.26186 + 0.5 + 0.43068) = 3.14871 / 5.19254
    MAP       relevant at 2, 3, 5 of 4: (1/2 + 2/3 + 3/5) / 4 = 0.44167
    P@10      3 of 10

Query 2 has one relevant article, which the run does not have; query 3 has none that is
relevant and does not count; query 4 is not in the run, and counts as 0; query 9 is not
judged and does not count. So the means are over three queries.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCORER = pathlib.Path(__file__).resolve().parents[2] / "bench/trec_score.py"

QRELS = """\
1 0 a 3
1 0 b 1
1 0 c 2
1 0 d 0
1 0 e 1

2 0 a 1
3 0 a 0
3 0 b -1
4 0 a 1
"""
RUN = """\
# a comment
1 Q0 b 1 0.5 t
1 Q0 a 2 2.0 t
1 Q0 c 3 2 t
1 Q0 x 4 3.5e0 t
1 Q0 d 5 1.25 t
2 Q0 b 1 1 t
3 Q0 a 1 1 t
9 Q0 a 1 1 t
"""


class TrecScore(unittest.TestCase):
    def run_scorer(self, qrels, run, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, text in (("qrels", qrels), ("run", run)):
                paths.append(pathlib.Path(folder) / name)
                paths[-1].write_text(text)
            return subprocess.run([sys.executable, SCORER, *options, *paths],
                                  text=True, capture_output=True)

    def values(self, qrels, run, *options):
        done = self.run_scorer(qrels, run, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return {(measure, qid): value for measure, qid, value in rows}

    def test_hand_computed_query(self):
        got = self.values(QRELS, RUN, "-q")
        self.assertEqual(got["ndcg_cut_10", "1"], "0.6064")
        self.assertEqual(got["map", "1"], "0.4417")
        self.assertEqual(got["P_10", "1"], "0.3000")

    def test_means_are_over_queries_with_relevant_articles(self):
        got = self.values(QRELS, RUN, "-q")
        self.assertEqual({qid for _, qid in got}, {"1", "2", "4", "all"})
        self.assertEqual(got["ndcg_cut_10", "4"], "0.0000")
        self.assertEqual(got["ndcg_cut_10", "all"], "0.2021")
        self.assertEqual(got["map", "all"], "0.1472")
        self.assertEqual(got["P_10", "all"], "0.1000")

    def test_only_means_without_q(self):
        self.assertEqual({qid for _, qid in self.values(QRELS, RUN)}, {"all"})

    def test_a_perfect_ranking_is_one(self):
        run = "".join(f"1 Q0 {docno} 1 {score} t\n"
                      for docno, score in (("a", 4), ("c", 3), ("b", 2), ("e", 1)))
        got = self.values("1 0 a 3\n1 0 b 1\n1 0 c 2\n1 0 e 1\n", run)
        self.assertEqual(got["ndcg_cut_10", "all"], "1.0000")
        self.assertEqual(got["map", "all"], "1.0000")

    def test_the_cut_is_after_ten_for_gains_and_ideal(self):
        # Twelve relevant, eleven of them found at 1 to 9, 11 and 12.
        qrels = "".join(f"1 0 d{n:02} 1\n" for n in range(12))
        found = [f"d{n:02}" for n in range(9)] + ["x", "d09", "d10"]
        run = "".join(f"1 Q0 {docno} 0 {100 - place} t\n"
                      for place, docno in enumerate(found))
        got = self.values(qrels, run)
        # All of the ideal but its tenth: 1 - (1/log2(11)) / 4.54356
        self.assertEqual(got["ndcg_cut_10", "all"], "0.9364")
        # (9 + 10/11 + 11/12) / 12
        self.assertEqual(got["map", "all"], "0.9021")
        self.assertEqual(got["P_10", "all"], "0.9000")

    def test_bad_input_is_named(self):
        cases = (("1 0 a\n", RUN, "qrels:1: a line of judgements has 4 fields"),
                 ("1 0 a b\n", RUN, "qrels:1: b is no judgement"),
                 (QRELS, "1 Q0 a 1 2\n", "run:1: a line of a run has 6 fields"),
                 (QRELS, "1 Q0 a 1 nan t\n", "run:1: nan is no score"),
                 (QRELS, "1 Q0 a 1 2 t\n1 Q0 a 2 1 t\n", "run:2: a stands twice in query 1"),
                 ("1 0 a 0\n", RUN, "no query has a relevant article"))
        for qrels, run, message in cases:
            with self.subTest(message):
                done = self.run_scorer(qrels, run)
                self.assertEqual(done.returncode, 2)
                self.assertIn(message, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
