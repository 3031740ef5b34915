"""The engines that bench/relevance stands beside: SQLite's FTS5 and Xapian with its own
parser, each as its manual sets it up, over the same text.

A peer is a function: ([(docno, title, body)], [(qid, text)], depth) to
{qid: {docno: score}}, the best `depth` of each.
"""
import re
import sqlite3

try:
    import xapian
except ImportError:  # Debian's python3-xapian; only /usr/bin/python3 sees it
    xapian = None

# What unicode61 keeps in a word.
WORD = re.compile(r"[^\W_]+")


def fts5(documents, queries, depth):
    """Porter stems, words joined by OR, bm25() as it comes."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE article USING fts5"
               "(docno UNINDEXED, title, body, tokenize='porter unicode61')")
    db.executemany("INSERT INTO article VALUES (?, ?, ?)", documents)
    run = {}
    for qid, text in queries:
        words = " OR ".join(f'"{word}"' for word in WORD.findall(text))
        found = db.execute("SELECT docno, bm25(article) FROM article WHERE article MATCH ?"
                           " ORDER BY 2, rowid LIMIT ?", (words, depth)) if words else ()
        run[qid] = {docno: -score for docno, score in found}
    return run


def xapian_own(strategy):
    """Xapian's TermGenerator and QueryParser, English stemmer, OR, its default BM25.
    STEM_SOME, the default, leaves a query's capitalised words unstemmed; STEM_ALL does not."""
    def peer(documents, queries, depth):
        db = xapian.WritableDatabase("", xapian.DB_BACKEND_INMEMORY)
        words = xapian.TermGenerator()
        words.set_stemmer(xapian.Stem("en"))
        words.set_stemming_strategy(getattr(xapian.TermGenerator, strategy))
        for docno, title, body in documents:
            document = xapian.Document()
            document.set_data(docno)
            words.set_document(document)
            words.index_text(title)
            words.increase_termpos()
            words.index_text(body)
            db.add_document(document)

        parser = xapian.QueryParser()
        parser.set_database(db)
        parser.set_stemmer(xapian.Stem("en"))
        parser.set_stemming_strategy(getattr(xapian.QueryParser, strategy))
        parser.set_default_op(xapian.Query.OP_OR)
        enquire = xapian.Enquire(db)
        run = {}
        for qid, text in queries:
            enquire.set_query(parser.parse_query(text, 0))  # 0: no syntax
            run[qid] = {match.document.get_data().decode(): match.weight
                        for match in enquire.get_mset(0, depth)}
        return run
    return peer


def peers():
    """{name: peer, or None for one that is not installed}"""
    def if_installed(peer):
        return peer if xapian else None
    return {"FTS5 (porter)": fts5,
            "Xapian, STEM_SOME": if_installed(xapian_own("STEM_SOME")),
            "Xapian, STEM_ALL": if_installed(xapian_own("STEM_ALL"))}
