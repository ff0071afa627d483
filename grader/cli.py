"""The ``grade`` command: arguments, exit codes."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from engine import get_num_threads
from grader import class_command, list_command, selfcheck_command, show_command
from grader.cases import CaseError, load_case, save_cases
from grader.catalog import Entry, load_catalog
from grader.choice import UsageError, chosen, locate, named, place, read_digits
from grader.export import ExportError, mutant_files, solution_files, stub_files, write_files
from grader.fence import RefusedError, describe, read_submission
from grader.hints import next_hint
from grader.parallel import Task, run_tasks
from grader.process import WorkerCrashError, WorkerTimeoutError, walls_here
from grader.progress import save_progress, version_of
from grader.readme import write_readmes
from grader.report import Report, mark_blocked
from grader.reports.gradescope import NEXT as NEXT_FOR_GRADESCOPE
from grader.reports.gradescope import autograder_files, render_gradescope
from grader.reports.json import render_json
from grader.reports.junit import render_junit
from grader.reports.terminal import print_on_any_terminal, print_property, print_report
from grader.runner import replay_source
from grader.session import Grading
from grader.sheet import STUDENT, composed, student_named_in
from grader.training import GLYPHS
from grader.verdict import ExerciseVerdict, Status
from grader.watch import versions, watch

EXIT_CODES = "exit codes: 0 all passed, 1 work remains, 2 wrong usage, 3 grader error"
NUMBA_SETTINGS = ".numba_config.yaml"
GRADER_FAILED, INTERRUPTED = 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name.
    """
    print_on_any_terminal()
    parser = _parser()
    options = parser.parse_args(arguments)
    if Path(NUMBA_SETTINGS).exists():
        # They name folders of compiled code and libraries, which would be loaded outside the walls.
        parser.error(f"Numba would follow {Path.cwd() / NUMBA_SETTINGS}: delete it, or grade from another folder")
    try:
        return _run(parser, options)
    except KeyboardInterrupt:
        sys.stderr.write("grade: interrupted\n")
        return INTERRUPTED
    except (ExportError, UsageError) as error:
        parser.error(str(error))
    except (WorkerTimeoutError, WorkerCrashError) as error:
        sys.stderr.write(f"grade: no worker can be started here: {str(error) or 'it does not answer'}\n")
        return GRADER_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grade",
        # All options, before each error, would hide what is wrong; --help lists them.
        usage="grade [--help] [options] [folder]",
        description="Grade exercises by their properties.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "folder", nargs="?", default="exercises", help="folder with NN_unit/name.py files, or one such file"
    )
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="this exercise or unit; may be repeated"
    )
    parser.add_argument(
        "--student",
        metavar="ID",
        help="whose numbers hand sheets have: as they say by themselves, unless it is said here",
    )
    parser.add_argument(
        "--seed", type=int, help="draws the cases (default 0; for a class one that nobody knows, kept with its results)"
    )
    parser.add_argument(
        "--jobs", type=int, default=get_num_threads(), help="processes (default: one for each processor)"
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        nargs="?",
        const="-",
        help="write the report as JSON, to stdout without FILE",
    )
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML, too")
    parser.add_argument("--gradescope", metavar="FILE", help="write the report as Gradescope's results.json, too")
    parser.add_argument(
        "--data",
        metavar="NAME|PATH",
        default=GLYPHS,
        help="what networks are trained on: glyphs, digits drawn here (default), or mnist, or where it lies",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--watch", action="store_true", help="grade, and grade again whatever is saved, until Ctrl-C")
    what.add_argument("--replay", metavar="NAME", help="try the last failing case of an exercise again, alone")
    what.add_argument("--list", action="store_true", help="show the exercises, and what you have reached")
    what.add_argument("--hint", metavar="NAME", help="show the next hint for an exercise")
    what.add_argument("--show", metavar="NAME", help="draw what my function of an exercise computes, as PNG or GIF")
    what.add_argument("--self-check", action="store_true", help="grade every stub, solution and misconception")
    parser.add_argument(
        "--mutants",
        choices=("all", "named"),
        default="all",
        help="for --self-check: also mistakes made by rule, which takes minutes, or only those with a name",
    )
    parser.add_argument(
        "--seeds", type=int, metavar="N", default=1, help="for --self-check: right ways under N seeds, not one"
    )
    what.add_argument("--write-stubs", metavar="DIR", type=Path, help="write fresh stubs")
    what.add_argument("--write-solutions", metavar="DIR", type=Path, help="write a solution of every exercise")
    what.add_argument("--write-mutants", metavar="DIR", type=Path, help="write every known misconception")
    what.add_argument("--write-gradescope", metavar="DIR", type=Path, help="write an autograder for Gradescope")
    what.add_argument(
        "--class", dest="class_folder", metavar="SUBMISSIONS", help="grade a class: a folder or zip file of submissions"
    )
    of_class = parser.add_argument_group("for a class")
    of_class.add_argument("--out", metavar="RESULTS", help="folder for the results; with --show, the picture's file")
    of_class.add_argument("--resume", action="store_true", help="go on; what stands is not graded again")
    of_class.add_argument("--regrade", action="store_true", help="grade all again, and say what differs")
    of_class.add_argument("--canvas", metavar="CSV", help="Canvas's gradebook, merged into RESULTS/canvas.csv")
    of_class.add_argument("--assignment", metavar="TITLE", default="byhand", help="the column's heading there")
    of_class.add_argument(
        "--own-numbers", action="store_true", help="every student's hand sheets have numbers drawn from the name"
    )
    of_class.add_argument("--only-student", metavar="ID", help="grade this student alone")
    of_class.add_argument(
        "--cluster", metavar="ADDRESS", help="grade by Dask's workers: a scheduler's tcp://…, or local (--jobs workers)"
    )
    of_class.add_argument(
        "--trust-submissions", action="store_true", help="grade also where files and network are not fenced off"
    )
    parser.add_argument("--number", metavar="N", type=int, help="which hint, of those that --hint shows")
    return parser


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    console = Console(highlight=False)
    if options.student is not None and not STUDENT.fullmatch(composed(options.student)):
        parser.error(f"--student takes up to 64 letters, digits, blanks and . _ - + @ ', not {options.student!r}")
    entries = [entry.of(composed(options.student or "")) for entry in chosen(options.only)]
    if options.list:
        return list_command.run(Path(options.folder), entries, console, _command())
    if options.hint is not None:
        return _print_hint(parser, options, console)
    if options.write_gradescope is not None:
        new = write_files(autograder_files(), options.write_gradescope)
        console.print(f"an autograder in {options.write_gradescope}, {new} files of it new", soft_wrap=True)
        console.print(NEXT_FOR_GRADESCOPE, soft_wrap=True)
        return 0
    exports = (
        (options.write_stubs, stub_files, "stubs"),
        (options.write_solutions, solution_files, "solutions"),
        (options.write_mutants, mutant_files, "mutants"),
    )
    for folder, files, kind in exports:
        if folder is not None:
            found = files(entries)
            new = write_files(found, folder)
            console.print(f"{len(found)} {kind} in {folder}, {new} of them new", soft_wrap=True)
            if folder is options.write_stubs and (changed := write_readmes(entries, folder)):
                console.print(f"READMEs written or brought up to date: {changed}")
            return 0
    if options.data != GLYPHS:
        read_digits(options.data)
    grading = Grading(seed=options.seed or 0, student=options.student, data=options.data)
    if options.show is not None:
        return show_command.run(options, grading, console)
    if options.class_folder is not None:
        if options.out is None:
            parser.error("--class needs --out RESULTS, a folder for the results")
        return class_command.run(options, entries, grading, console)
    if options.self_check:
        if not Path(options.folder).is_dir():
            parser.error(f"there is no folder {options.folder}")
        return selfcheck_command.run(options, entries, grading, console)
    if options.replay is not None:
        return _replay(parser, Path(options.folder), options.replay, grading, console)
    if options.watch:
        return _watch(parser, options, entries, grading, console)
    return _grade(parser, options, entries, grading, console)


def _watch(
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
    entries: list[Entry],
    grading: Grading,
    console: Console,
) -> int:
    if not Path(options.folder).is_dir():
        parser.error(f"--watch looks at a folder, and {options.folder} is none")
    by_name = {entry.name: entry for entry in entries}
    _, places = locate(Path(options.folder), entries)

    def grade(names: Sequence[str]) -> None:
        _grade(parser, options, [by_name[name] for name in names], grading, console)
        console.print(Text("waiting for a file to be saved; Ctrl-C ends", style="dim"))
        console.rule()

    known = versions(places)
    grade(list(places))
    watch(places, known, grade)
    return 0


def _replay(parser: argparse.ArgumentParser, folder: Path, name: str, grading: Grading, console: Console) -> int:
    entry = named(name)
    try:
        saved = load_case(folder, name)
        prop = next((p for p in entry.exercise.properties if p.name == saved.property), None)
        source = read_submission(place(folder, entry))
    except (CaseError, RefusedError) as error:
        parser.error(str(error))
    if prop is None or source is None:
        parser.error(f"the case of {name} is no longer one of its properties', or its file is gone: grade it again")
    verdict = replay_source(entry, source, prop, saved.case, grading)
    print_property(verdict, console)
    return 0 if verdict.status is Status.PASSED else 1


def _grade(
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
    entries: list[Entry],
    grading: Grading,
    console: Console,
) -> int:
    folder = Path(options.folder)
    if options.json is not None and Path(options.json).is_dir():
        parser.error(f"--json takes a file, and {options.json} is a folder: grade {options.json} --json")
    folder, places = locate(folder, entries)
    entries = [entry for entry in entries if entry.name in places]
    tasks = [Task(entry.name, places[entry.name], grading) for entry in entries]
    # Asked first: what fails here would else take a finished report with it.
    fences = describe(grading.limits, walls_here())
    versions_graded = {task.name: version_of(places[task.name]) for task in tasks}
    verdicts: list[ExerciseVerdict] = []
    progress = Console(stderr=True)
    with progress.status("grading") as status:
        for entry, verdict in zip(entries, run_tasks(tasks, options.jobs), strict=True):
            verdicts.append(verdict)
            status.update(f"grading: {len(verdicts)} of {len(tasks)} done, last {entry.name}")
    save_cases(folder, verdicts)
    blocked = mark_blocked(verdicts, entries)
    save_progress(folder, blocked, versions_graded)
    report = Report(str(folder), grading.seed, fences, blocked, _command())
    if options.json == "-":
        sys.stdout.write(render_json(report) + "\n")
        return report.exit_code
    print_report(report, console)
    show_command.offer(report, console)
    formats = ((options.json, render_json), (options.junit, render_junit), (options.gradescope, render_gradescope))
    for path, render in formats:
        if path is None:
            continue
        try:
            Path(path).write_text(render(report).rstrip() + "\n", encoding="utf-8")
        except OSError as error:
            parser.error(f"the report cannot be written to {path}: {error.strerror}")
    return report.exit_code


def _command() -> str:
    """Say how this command was called: by its name, or by a path where that is not on the search path."""
    called = Path(sys.argv[0])
    if called.stem == "__main__":
        return "python -m grader"
    found = shutil.which(called.name)
    return called.name if found and Path(found).resolve() == called.resolve() else str(called)


def _print_hint(parser: argparse.ArgumentParser, options: argparse.Namespace, console: Console) -> int:
    entry = named(options.hint)
    hints = len(entry.exercise.hints)
    if options.number is not None and not 1 <= options.number <= hints:
        parser.error(f"{entry.name} has hints 1 to {hints}, not {options.number}")
    folder = Path(options.folder)
    # Of a unit's folder or one file, too, hints are counted beside all exercises.
    root, _ = locate(folder, list(load_catalog().values()))
    try:
        student = options.student or student_named_in(read_submission(place(root, entry)) or b"")
    except RefusedError:
        student = ""
    number, text = next_hint(root, entry.of(composed(student)), options.number)
    console.print(Text(text))
    more = f"{_command()} {folder} --hint {entry.name}" if number < hints else "that was the last"
    console.print(Text(f"hint {number} of {hints}; {more}", style="dim"), soft_wrap=True)
    return 0
