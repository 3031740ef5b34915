"""The questions of the game: (class, "QUERY") pairs, without their commands.

    sampled     from the text that is searched: 60 of each class, so that each has an
                answer. Words of AND and OR are different words of one article; a phrase
                stands somewhere in it
    frequent    phrases of words that stand in at least a fifth of the articles each,
                sampled from all their occurrences
    public      commands.txt of the search-benchmark game, as people typed them
"""
import collections
import json
import random
import subprocess

SEED = 20261123
FREQUENT_SHARE = 0.2
CLASSES = ["word",
           "and-2", "and-3", "and-5", "or-2", "or-3", "or-5",
           "phrase-2", "phrase-3", "phrase-4", "phrase-5",
           "frequent-2", "frequent-3", "frequent-4", "frequent-5"]
PUBLIC_CLASSES = ["public-and", "public-or", "public-phrase"]


def written(form, words):
    """One word is the same in every form, and is an OR of one."""
    if form == "and":
        return " ".join("+" + word for word in words)
    if form in ("phrase", "frequent"):
        return '"' + " ".join(words) + '"'
    return " ".join(words)


def of_one_article(article, form, count, chance):
    """A question that the article answers, or None."""
    if form == "phrase":
        if len(article) < count:
            return None
        at = chance.randrange(len(article) - count + 1)
        return written(form, article[at:at + count])
    words = sorted(set(article))
    return written(form, chance.sample(words, count)) if len(words) >= count else None


def frequent_phrases(articles, count, wanted, chance):
    """Different ones, as often as not the commonest: each occurrence weighs the same."""
    df = collections.Counter()
    for article in articles:
        df.update(set(article))
    often = {word for word, n in df.items() if n >= FREQUENT_SHARE * len(articles)}
    phrases = collections.Counter()
    for article in articles:
        run = 0
        for at, word in enumerate(article):
            run = run + 1 if word in often else 0
            if run >= count:
                phrases[tuple(article[at - count + 1:at + 1])] += 1
    if not phrases:
        return []
    found = set()
    for phrase in chance.choices(list(phrases), list(phrases.values()), k=50 * wanted):
        if len(found) < wanted:
            found.add(phrase)
    return [written("frequent", phrase) for phrase in sorted(found)]


def sampled(game_path, each, each_frequent, lines_max=100000):
    """Of the first lines_max articles of a file of the game."""
    with open(game_path) as lines:
        articles = [json.loads(line)["text"].split()
                    for line, _ in zip(lines, range(lines_max))]
    chance = random.Random(SEED)
    questions = []
    for name in CLASSES:
        form, _, count = name.partition("-")
        count = int(count or 1)
        if form == "frequent":
            texts = frequent_phrases(articles, count, each_frequent, chance)
        else:
            texts, tries = set(), 1000 * each
            while len(texts) < each and tries:
                tries -= 1
                texts.add(of_one_article(chance.choice(articles), form, count, chance))
                texts.discard(None)
            texts = sorted(texts)
        questions += [(name, text) for text in texts]
    return questions


def public(path, words_program, each):
    """Of the file's queries, as game-words reduces them."""
    forms = {}
    with open(path) as lines:
        for line in lines:
            command, tab, query = line.rstrip("\n").partition("\t")
            if tab and command == "COUNT":
                forms.setdefault({'"': "phrase", "+": "and"}.get(query[0], "or"),
                                 []).append(query)
    chance = random.Random(SEED)
    questions = []
    for form in sorted(forms):
        queries = sorted(set(forms[form]))
        queries = chance.sample(queries, min(each, len(queries)))
        reduced = subprocess.run([words_program, "--lines"], input="\n".join(queries) + "\n",
                                 text=True, capture_output=True, check=True).stdout
        questions += [(f"public-{form}", written(form, line.split()))
                      for line in reduced.splitlines() if line]
    return questions
