"""The grader's own test: stubs score nothing, every right way full, every misconception less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.catalog import Entry
from grader.exercise import Equivalent
from grader.export import stub_files
from grader.mutation import MadeMutant, made_mutants
from grader.parallel import Task, run_tasks
from grader.readme import readme_defects
from grader.session import Grading
from grader.stubs import render_alternative, render_mutant, render_stub
from grader.verdict import ExerciseVerdict, Status


@dataclass(frozen=True)
class Check:
    """What was found of one exercise.

    Attributes
    ----------
    name : str
    alternatives, mutants : (int, int)
        How many behaved as they must, of how many.
    defects : tuple of str
        What is wrong, in sentences; empty if nothing is.
    """

    name: str
    alternatives: tuple[int, int]
    mutants: tuple[int, int]
    defects: tuple[str, ...]


def self_check(entries: Sequence[Entry], grading: Grading, jobs: int) -> list[Check]:
    """Grade every stub, alternative and mutant through the real worker.

    Parameters
    ----------
    entries : sequence of Entry
    grading : Grading
    jobs : int
        Processes to use.

    Returns
    -------
    list of Check
        One for each exercise.
    """
    # Points are the same without looking for smaller cases, and most of the time goes there.
    quick = replace(grading, shrink=False)
    tasks: list[Task] = []
    for entry in entries:
        exercise = entry.exercise
        # As it is given out it would not be run.
        sources = [f"{render_stub(entry)}# begun\n"]
        sources += [render_alternative(entry, alternative) for alternative in exercise.alternatives]
        sources += [render_mutant(entry, mutant) for mutant in exercise.mutants]
        tasks += [Task(entry.name, source.encode(), quick) for source in sources]
    verdicts = run_tasks(tasks, jobs)
    return [_check(entry, verdicts) for entry in entries]


def check_seeds(entries: Sequence[Entry], grading: Grading, seeds: int, jobs: int) -> Iterator[str]:
    """Grade every right way under other seeds, too: none may ever fail.

    Parameters
    ----------
    entries : sequence of Entry
    grading : Grading
        Its seed is the first.
    seeds : int
        How many, the first left out: :func:`self_check` is for that.
    jobs : int
        Processes to use.

    Yields
    ------
    str
        A sentence for each that does not score full.
    """
    tried = [
        (entry, i, Task(entry.name, render_alternative(entry, way).encode(), replace(grading, seed=seed)))
        for seed in range(grading.seed + 1, grading.seed + seeds)
        for entry in entries
        for i, way in enumerate(entry.exercise.alternatives)
    ]
    verdicts = run_tasks([task for _, _, task in tried], jobs)
    for (entry, i, task), verdict in zip(tried, verdicts, strict=True):
        if verdict.status is not Status.PASSED or verdict.points != entry.exercise.points:
            score = f"scores {verdict.points} of {entry.exercise.points}"
            yield f"{entry.name}: alternative {i + 1} under seed {task.grading.seed} {score}: {_why(verdict)}"


def _check(entry: Entry, verdicts: Iterator[ExerciseVerdict]) -> Check:
    exercise = entry.exercise
    defects = [f"hint {i + 1} is empty" for i, hint in enumerate(exercise.hints) if not hint.strip()]
    if not exercise.hints:
        defects.append("there are no hints")
    stub = next(verdicts)
    if stub.status is not Status.NOT_STARTED or stub.points:
        defects.append(f"the stub is {stub.status.value} with {stub.points} points {stub.message}")
    full = killed = 0
    for i in range(len(exercise.alternatives)):
        verdict = next(verdicts)
        if verdict.status is Status.PASSED and verdict.points == exercise.points:
            full += 1
        else:
            defects.append(f"alternative {i + 1} scores {verdict.points} of {exercise.points}: {_why(verdict)}")
    for mutant in exercise.mutants:
        verdict = next(verdicts)
        if verdict.status is Status.GRADER_ERROR:
            defects.append(f"mutant '{mutant.name}': grader error: {verdict.message}")
        elif verdict.points < exercise.points:
            killed += 1
        else:
            defects.append(f"mutant '{mutant.name}' scores full")
    return Check(entry.name, (full, len(exercise.alternatives)), (killed, len(exercise.mutants)), tuple(defects))


def _why(verdict: ExerciseVerdict) -> str:
    failed = [f"{p.name}: {p.message}" for p in verdict.properties if p.status is not Status.PASSED]
    return "; ".join([verdict.message, *failed]).strip("; ")


@dataclass(frozen=True)
class MutationScore:
    """How many mistakes made by rule the properties of an exercise notice.

    Attributes
    ----------
    name : str
    made, killed, equivalent : int
        Mutants; those that lost points; those that the catalog lists as no mistakes.
    survivors : tuple of MadeMutant
        The others.
    stale : tuple of Equivalent
        What the catalog lists, and nothing that survives is like.
    """

    name: str
    made: int
    killed: int
    equivalent: int
    survivors: tuple[MadeMutant, ...]
    stale: tuple[Equivalent, ...]


def score_mutants(entries: Sequence[Entry], grading: Grading, jobs: int) -> Iterator[MutationScore]:
    """Grade every mutant made by rule through the real worker.

    Parameters
    ----------
    entries : sequence of Entry
        Of those that train a network no mutants are made: each would train one, and many train as well.
    grading : Grading
    jobs : int
        Processes to use.

    Yields
    ------
    MutationScore
        One for each exercise.
    """
    # Many mutants never end, and neither a counterexample nor what else fails is looked at.
    limits = replace(grading.limits, call=2.0, exercise=20.0)
    quick = replace(grading, limits=limits, shrink=False, compiled=False, until_failure=True)
    entries = [entry for entry in entries if not entry.exercise.workplace.trains]
    made = {entry.name: list(made_mutants(entry)) for entry in entries}
    tasks = [Task(entry.name, mutant.source, quick) for entry in entries for mutant in made[entry.name]]
    verdicts = run_tasks(tasks, jobs)
    for entry in entries:
        listed = {(known.before, known.after): known for known in entry.exercise.equivalents}
        killed, equivalent, survivors = 0, set[tuple[str, str]](), []
        for mutant in made[entry.name]:
            verdict = next(verdicts)
            if verdict.points < entry.exercise.points:
                killed += 1
            elif (mutant.before, mutant.after) in listed:
                equivalent.add((mutant.before, mutant.after))
            else:
                survivors.append(mutant)
        alike = len(made[entry.name]) - killed - len(survivors)
        stale = tuple(known for key, known in listed.items() if key not in equivalent)
        yield MutationScore(entry.name, len(made[entry.name]), killed, alike, tuple(survivors), stale)


def check_folder(entries: Sequence[Entry], folder: Path) -> list[str]:
    """Compare an exercises folder with the catalog.

    Parameters
    ----------
    entries : sequence of Entry
    folder : Path

    Returns
    -------
    list of str
        A sentence for each stub or README that is missing or differs, and each Python file that is no exercise.
    """
    expected = stub_files(entries)
    found = {path.relative_to(folder) for path in folder.rglob("*.py")}
    defects = [f"{folder / path} is no exercise of the catalog" for path in sorted(found - expected.keys())]
    for path, text in expected.items():
        if path not in found:
            defects.append(f"{folder / path} is missing")
        elif (folder / path).read_text(encoding="utf-8") != text:
            defects.append(f"{folder / path} differs from the catalog")
    return defects + readme_defects(entries, folder)
