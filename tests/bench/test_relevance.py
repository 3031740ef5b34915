#!/usr/bin/env python3
"""bench/relevance over a set so small that its scores can be seen by eye.

    test_relevance.py BINARY_DIR

Query 1's only relevant article is the only one with its words, inflected; the other one's
relevant article has fewer of its words than another. One record has no text.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

RELEVANCE = pathlib.Path(__file__).resolve().parents[2] / "bench/relevance"
RECORDS = (("10", "Grain ships leave the harbour", "Three ships left with grain."),
           ("9", "Negotiators met", "A draft was discussed, and a second draft."),
           ("8", "The draft", "Ministers spoke of other things, at length, for hours."),
           ("7", "", ""))
QUERIES = "1\tleaving ship: \"grain\n2\tdraft drafts (discussing)\n3\tnobody judged this\n"
QRELS = "1 0 10 1\n2 0 8 2\n"


class Relevance(unittest.TestCase):
    def test_table_and_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            small = pathlib.Path(folder) / "small"
            small.mkdir()
            (small / "docs.jsonl").write_text("".join(
                json.dumps({"id": docno, "source": "small", "title": title, "body": body,
                            "lang": "en"}) + "\n" for docno, title, body in RECORDS))
            (small / "queries.tsv").write_text(QUERIES)
            (small / "qrels.txt").write_text(QRELS)
            runs = pathlib.Path(folder) / "runs"
            done = subprocess.run([sys.executable, RELEVANCE, BINARIES, "small",
                                   "--corpora", folder, "--keep", runs],
                                  text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            dateline = [line.split()[:4]
                        for line in (runs / "small.dateline.run").read_text().splitlines()]
        self.assertEqual(dateline, [["1", "Q0", "10", "1"], ["2", "Q0", "9", "1"],
                                    ["2", "Q0", "8", "2"]])
        self.assertIn("small: 4 articles, 2 judged queries, 2 judged relevant", done.stdout)
        rows = {cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
                for cells in (line.split("|") for line in done.stdout.splitlines())
                if len(cells) > 2}
        # Query 1 is perfect; query 2 finds at the second place: 1/log2(3), 1/2, 1/10.
        for engine in ("dateline", "FTS5 (porter)"):
            self.assertEqual(rows[engine], ["0.8155", "+0.0000", "0.7500", "+0.0000",
                                            "0.1000", "+0.0000"])


if __name__ == "__main__":
    BINARIES = sys.argv.pop(1)
    unittest.main()
