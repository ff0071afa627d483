"""Results of a class, in SQLite: written as they come, so that what was graded is there whatever happens next.

The journal is a write-ahead log: a grader that is killed at any moment leaves a database that is whole, without the
exercise that was being graded. Times are not kept, so that the same grading gives the same database.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS grading (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS submission (student TEXT PRIMARY KEY, notes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS verdict (
    student TEXT NOT NULL, exercise TEXT NOT NULL, source TEXT NOT NULL, grading TEXT NOT NULL,
    status TEXT NOT NULL, points INTEGER NOT NULL, max_points INTEGER NOT NULL, report TEXT NOT NULL,
    PRIMARY KEY (student, exercise)
);
"""
# Seconds to wait while another process reads or writes.
PATIENCE = 30.0


@dataclass(frozen=True)
class Row:
    """One exercise of one student.

    Attributes
    ----------
    student, exercise : str
    source : str
        Digest of the file that was graded; empty if there was none.
    grading : str
        Digest of how it was graded: each row's own, since a class may be graded in several runs.
    status : str
    points, max_points : int
    report : str
        All of the verdict, as JSON.
    """

    student: str
    exercise: str
    source: str
    grading: str
    status: str
    points: int
    max_points: int
    report: str


class Store:
    """The database of a class; use it in a ``with`` block.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(SCHEMA)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def settings(self) -> dict[str, str]:
        """Return how the class was graded last: the seed, the fence, the catalog."""
        return dict(self._connection.execute("SELECT name, value FROM grading"))

    def set_settings(self, settings: Mapping[str, str]) -> None:
        """Note how the class is graded."""
        self._connection.executemany("INSERT OR REPLACE INTO grading VALUES (?, ?)", settings.items())

    def put_submission(self, student: str, notes: str) -> None:
        """Note that a student handed something in."""
        self._connection.execute("INSERT OR REPLACE INTO submission VALUES (?, ?)", (student, notes))

    def put(self, row: Row) -> None:
        """Write a verdict, in the place of one there was."""
        self._connection.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(row))

    def rows(self) -> Iterator[Row]:
        """Yield all verdicts, by student and exercise."""
        with closing(self._connection.execute("SELECT * FROM verdict ORDER BY student, exercise")) as cursor:
            yield from (Row(*values) for values in cursor)

    def submissions(self) -> dict[str, str]:
        """Return the notes of each student who handed something in."""
        return dict(self._connection.execute("SELECT student, notes FROM submission ORDER BY student"))

    def dump(self) -> list[str]:
        """Return all of the database as text, in a fixed order: equal gradings have equal dumps."""
        settings = [f"grading {name}={value}" for name, value in sorted(self.settings().items())]
        submissions = [f"submission {student}: {notes}" for student, notes in self.submissions().items()]
        return [*settings, *submissions, *(repr(row) for row in self.rows())]
