"""``python -m tests.grader.made_class FOLDER --students 300``: a class as learning systems export it.

From solutions, misconceptions, stubs and the hostile files, in folders and zip files of several shapes; the same
for the same seed.
"""

import argparse
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path

from grader.catalog import Entry, load_catalog
from grader.export import mutant_files, solution_files, stub_files

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.py.txt"))
# Of a class, most have something right.
KINDS = ("solution",) * 5 + ("mutant",) * 3 + ("stub", "missing")
SHAPES = ("folder", "flat folder", "zip", "zip in a folder", "canvas zip", "moodle")
HOSTILE_SHARE = 0.05


def make_class(folder: Path, students: int, seed: int = 0, entries: Sequence[Entry] | None = None) -> None:
    """Write the submissions of a class.

    Parameters
    ----------
    folder : Path
    students : int
    seed : int
    entries : sequence of Entry, optional
        The exercises; all by default.
    """
    rng = random.Random(seed)
    chosen = list(load_catalog().values()) if entries is None else list(entries)
    solutions = {path.stem: source for path, source in solution_files(chosen).items()}
    stubs = {path.stem: source for path, source in stub_files(chosen).items()}
    mutants: dict[str, list[str]] = {entry.name: [] for entry in chosen}
    for path, source in mutant_files(chosen).items():
        mutants[path.stem].append(source)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(students):
        files: dict[Path, bytes] = {}
        for entry in chosen:
            kind = rng.choice(KINDS)
            if kind != "missing":
                pool = {"solution": [solutions[entry.name]], "stub": [stubs[entry.name]], "mutant": mutants[entry.name]}
                files[entry.path] = rng.choice(pool[kind] or [stubs[entry.name]]).encode()
        if rng.random() < HOSTILE_SHARE:
            attacked = rng.choice(chosen)
            attack = rng.choice(HOSTILE).read_bytes().replace(b"cross_correlate2d", attacked.name.encode())
            files[attacked.path] = attack.replace(b"@TCP@", b"9").replace(b"@UDP@", b"9")
        write_submission(folder, f"student{number:03d}", files, rng.choice(SHAPES))


def write_submission(folder: Path, student: str, files: dict[Path, bytes], shape: str) -> None:
    """Write one submission in a shape."""
    match shape:
        case "folder" | "flat folder" | "moodle":
            name = f"{student}_77_assignsubmission_file_" if shape == "moodle" else student
            for path, source in files.items():
                target = folder / name / (path.name if shape == "flat folder" else path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source)
            (folder / name).mkdir(exist_ok=True)
        case _:
            name = {"zip": student, "canvas zip": f"{student}_123_456_exercises"}.get(shape, f"{student}/exercises")
            target = folder / f"{name}.zip"
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for path, source in files.items():
                    archive.writestr(zipfile.ZipInfo(f"exercises/{path.as_posix()}"), source)


def main() -> None:
    """Write a class."""
    parser = argparse.ArgumentParser(prog="python -m tests.grader.made_class", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", metavar="NAME", action="append", help="this exercise; may be repeated; else all")
    options = parser.parse_args()
    entries = [load_catalog()[name] for name in options.only] if options.only else None
    make_class(options.folder, options.students, options.seed, entries)


if __name__ == "__main__":
    main()
