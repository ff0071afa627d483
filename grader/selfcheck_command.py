"""``grade --self-check``: what the grader's own test prints."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.catalog import Entry
from grader.selfcheck import Check, MutationScore, check_folder, check_seeds, score_mutants, self_check
from grader.session import Grading

# Of all mistakes made by rule that are mistakes.
LEAST_SCORE = 0.97


def run(options: Namespace, entries: Sequence[Entry], grading: Grading, console: Console) -> int:
    """Check the exercises; returns the exit code: 0 if there is no defect, else 3.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    entries : sequence of Entry
    grading : Grading
    console : Console
    """
    checks = self_check(entries, grading, options.jobs)
    _print_checks(checks, console)
    defects = [f"{check.name}: {defect}" for check in checks for defect in check.defects]
    if options.seeds > 1:
        with console.status(f"right ways under {options.seeds} seeds"):
            defects += check_seeds(entries, grading, options.seeds, options.jobs)
        ways = sum(len(entry.exercise.alternatives) for entry in entries)
        console.print(f"{ways} right ways under {options.seeds} seeds each")
    if options.mutants == "all":
        with console.status("mistakes made by rule") as status:
            scores = []
            for score in score_mutants(entries, grading, options.jobs):
                scores.append(score)
                status.update(f"mistakes made by rule: {len(scores)} of {len(entries)} exercises")
        defects += _print_scores(scores, console)
    if not options.only:
        defects += check_folder(entries, Path(options.folder))
    for defect in defects:
        console.print(Text(defect, style="red"))
    console.print(f"{len(checks)} exercises checked, {len(defects)} defects")
    return 3 if defects else 0


def _print_checks(checks: Sequence[Check], console: Console) -> None:
    table = Table("exercise", "right ways with full score", "misconceptions that lose points")
    for check in checks:
        table.add_row(check.name, *(f"{good} of {all_}" for good, all_ in (check.alternatives, check.mutants)))
    sums = [
        [sum(pair[i] for pair in pairs) for i in (0, 1)]
        for pairs in zip(*((c.alternatives, c.mutants) for c in checks), strict=True)
    ]
    table.add_section()
    table.add_row("all", *(f"{good} of {all_}" for good, all_ in sums))
    console.print(table)


def _print_scores(scores: Sequence[MutationScore], console: Console) -> list[str]:
    """Print the table and the survivors; return the defects."""
    table = Table("exercise", "mistakes made by rule", "no mistakes", "noticed", "score")
    for column in table.columns[1:]:
        column.justify = "right"
    for score in scores:
        table.add_row(score.name, *_figures(score.made, score.equivalent, score.killed))
    made, equivalent, killed = (sum(getattr(s, name) for s in scores) for name in ("made", "equivalent", "killed"))
    table.add_section()
    table.add_row("all", *_figures(made, equivalent, killed))
    console.print(table)
    for score in scores:
        for mutant in score.survivors:
            text = f"{score.name}, way {mutant.alternative + 1}, {mutant.kind}: {mutant.before}  ->  {mutant.after}"
            console.print(Text(f"not noticed: {text}"), soft_wrap=True)
    defects = [
        f"{score.name}: listed as no mistake, and nothing survives that is like it: {known.before} -> {known.after}"
        for score in scores
        for known in score.stale
    ]
    if killed < LEAST_SCORE * (made - equivalent):
        defects.append(f"of mistakes made by rule less than {LEAST_SCORE:.0%} are noticed")
    return defects


def _figures(made: int, equivalent: int, killed: int) -> tuple[str, str, str, str]:
    return str(made), str(equivalent), str(killed), f"{killed / max(1, made - equivalent):.1%}"
