#!/usr/bin/env python3
"""Score a TREC run against TREC judgements: nDCG@10, MAP and P@10 as trec_eval has them.

    bench/trec_score.py [-q] QRELS RUN

QRELS has lines `qid iter docno rel`, RUN lines `qid Q0 docno rank score tag`; blank
lines and lines that begin with # are skipped. Printed are `measure qid value`, first for
each query with -q, then the means, whose qid is `all`.

The definitions are trec_eval's (https://github.com/usnistgov/trec_eval, version 9 and later;
m_ndcg_cut.c, m_map.c, m_P.c, form_res_rels.c):

- The rank in the file does not matter: articles are ranked by falling score, equal
  scores by falling docno, in bytes.
- An article without a judgement is not relevant; for MAP and P@10 one is relevant from rel 1 on.
- A gain is rel, discounted by log2(rank + 1); negative ones are none.
- Means are over every query that has a relevant article, whether or not the run
  answers it (trec_eval -c).
"""
import argparse
import math
import sys

DEPTH = 10
MEASURES = ("ndcg_cut_10", "map", "P_10")


class BadInput(Exception):
    pass


def fields_of(path, count, what):
    """(line number, fields) of each line; fields past `count` are ignored."""
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split()
            if not fields or fields[0].startswith("#"):
                continue
            if len(fields) < count:
                raise BadInput(f"{path}:{number}: a line of {what} has {count} fields")
            yield number, fields


def add(table, path, number, qid, docno, value):
    articles = table.setdefault(qid, {})
    if docno in articles:
        raise BadInput(f"{path}:{number}: {docno} stands twice in query {qid}")
    articles[docno] = value


def read_qrels(path):
    """{qid: {docno: rel}}"""
    qrels = {}
    for number, (qid, _, docno, rel, *_) in fields_of(path, 4, "judgements"):
        try:
            add(qrels, path, number, qid, docno, int(rel))
        except ValueError:
            raise BadInput(f"{path}:{number}: {rel} is no judgement") from None
    return qrels


def read_run(path):
    """{qid: {docno: score}}"""
    run = {}
    for number, (qid, _, docno, _, score, *_) in fields_of(path, 6, "a run"):
        try:
            value = float(score)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise BadInput(f"{path}:{number}: {score} is no score")
        add(run, path, number, qid, docno, value)
    return run


def ranked(scores):
    """docnos, best first."""
    def place(docno):
        return scores[docno], docno.encode("utf-8", "surrogateescape")
    return sorted(scores, key=place, reverse=True)


def discounted(gains):
    """The discounted cumulative gain of the first DEPTH."""
    return sum(gain / math.log2(rank + 1)
               for rank, gain in enumerate(gains[:DEPTH], 1) if gain > 0)


def score_query(judged, scores):
    """{measure: value}; `judged` has a relevant article."""
    rels = [judged.get(docno, 0) for docno in ranked(scores)]
    relevant = sum(rel > 0 for rel in judged.values())
    found, precisions = 0, 0.0
    for rank, rel in enumerate(rels, 1):
        if rel > 0:
            found += 1
            precisions += found / rank
    ideal = discounted(sorted(judged.values(), reverse=True))
    return {"ndcg_cut_10": discounted(rels) / ideal,
            "map": precisions / relevant,
            "P_10": sum(rel > 0 for rel in rels[:DEPTH]) / DEPTH}


def score(qrels, run):
    """{qid: {measure: value}} of the queries with a relevant article."""
    return {qid: score_query(judged, run.get(qid, {}))
            for qid, judged in qrels.items()
            if any(rel > 0 for rel in judged.values())}


def means(scores):
    if not scores:
        raise BadInput("no query has a relevant article")
    return {measure: math.fsum(values[measure] for values in scores.values()) / len(scores)
            for measure in MEASURES}


def main():
    parser = argparse.ArgumentParser(usage="%(prog)s [-q] QRELS RUN")
    parser.add_argument("-q", action="store_true", help="each query, too")
    parser.add_argument("qrels")
    parser.add_argument("run")
    args = parser.parse_args()
    try:
        scores = score(read_qrels(args.qrels), read_run(args.run))
        rows = list(scores.items()) if args.q else []
        rows.append(("all", means(scores)))
    except (BadInput, OSError) as error:
        print(f"trec_score: {error}", file=sys.stderr)
        return 2
    for qid, values in rows:
        for measure in MEASURES:
            print(f"{measure}\t{qid}\t{values[measure]:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
