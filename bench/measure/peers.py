"""The programs of the game: how each is built into an index, asked, and weighed."""
import os
import pathlib
import shutil
import sqlite3
import subprocess

BEFORE = "before"  # dateline of another build
LUCENE = pathlib.Path(__file__).resolve().parent.parent / "game/lucene"
LUCENE_JARS = ["/usr/share/java/lucene-core-8.7.0.jar",
               "/usr/share/java/lucene-analyzers-common-8.7.0.jar"]


class Native:
    """A program beside the others of the build."""

    def __init__(self, name, program):
        self.name, self.program = name, program

    def there(self):
        return self.program.exists()

    def build(self, folder):
        return [self.program, "build", folder]

    def query(self, folder):
        return [self.program, "query", folder]


    def tidy(self, folder):
        """What is no part of building, and of no interest in the index's size."""


class Fts5(Native):
    def tidy(self, folder):
        # Pages that the optimizing left free.
        db = sqlite3.connect(folder / "fts5.db")
        db.execute("VACUUM")
        db.close()


class Lucene:
    """Java, compiled when it is first needed. One thread: the heap is swept by one,
    too, on the processor that is measured."""

    name = "lucene"

    def __init__(self, classes):
        self.classes = classes

    def there(self):
        if not shutil.which("javac") or not all(os.path.exists(j) for j in LUCENE_JARS):
            return False
        if not (self.classes / "Game.class").exists():
            self.classes.mkdir(parents=True, exist_ok=True)
            subprocess.run(["javac", "-cp", ":".join(LUCENE_JARS), "-d", self.classes,
                            *sorted(LUCENE.glob("*.java"))], check=True)
        return True

    def command(self, what, folder):
        return ["java", "-server", "-Xms1g", "-Xmx4g", "-XX:+UseSerialGC", "-cp",
                ":".join([*LUCENE_JARS, str(self.classes)]), "Game", what, folder]

    def build(self, folder):
        return self.command("build", folder)

    def query(self, folder):
        return self.command("query", folder)

    def tidy(self, folder):
        pass


def ours(binaries):
    return Native("dateline", binaries / "bench/dateline-game")


def all_of(binaries, work, before=None):
    """Ours first; then, if there is one, that of another build."""
    bench = binaries / "bench"
    another = [Native(BEFORE, before / "bench/dateline-game")] if before else []
    return [ours(binaries), *another, Fts5("fts5", bench / "game-fts5"),
            Lucene(work / "classes"), Native("xapian", bench / "game-xapian")]


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
