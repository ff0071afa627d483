"""A class: found in whatever shape, graded once, whole whatever happens, and compared when graded again."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psutil
import pytest

from grader.catalog import load_catalog
from grader.cli import main
from grader.export import mutant_files, solution_files
from grader.parallel import Task
from grader.store import Store
from grader.submissions import Submission, find_submissions
from tests.grader.made_class import make_class

ROOT = Path(__file__).parents[2]
CHOSEN = [load_catalog()[name] for name in ("output_size", "zero_pad")]
NAMES = [entry.name for entry in CHOSEN]
ONLY = [part for name in NAMES for part in ("--only", name)]
RIGHT = {path.stem: text.encode() for path, text in solution_files(CHOSEN).items()}


def write(path: Path, source: bytes = b"x = 1\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source)


def zipped(**files: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in files.items():
            archive.writestr(name, source)
    return out.getvalue()


def found(folder: Path) -> dict[str, Submission]:
    return {submission.student: submission for submission in find_submissions(folder, NAMES)}


def test_shapes_of_exports(tmp_path: Path) -> None:
    path = "03_spatial_dimensions/output_size.py"
    write(tmp_path / "anna" / path, b"anna")
    write(tmp_path / "ben" / "output_size.py", b"ben")
    write(tmp_path / "cleo.zip", zipped(**{f"exercises/{path}": b"cleo"}))
    write(tmp_path / "dora" / "work.zip", zipped(**{path: b"dora"}))
    write(tmp_path / "erik_LATE_12_99_output_size-1.py", b"erik")
    write(tmp_path / "fay_13_98_all.zip", zipped(**{path: b"fay"}))
    write(tmp_path / "Gus Gray_14_assignsubmission_file_" / path, b"gus")
    write(tmp_path / ".DS_Store")
    expected = {"anna": b"anna", "ben": b"ben", "cleo": b"cleo", "dora": b"dora"}
    expected |= {"erik_12": b"erik", "fay_13": b"fay", "Gus Gray_14": b"gus"}
    assert {student: s.sources["output_size"] for student, s in found(tmp_path).items()} == expected


def test_a_zip_of_all_and_a_folder_around_all(tmp_path: Path) -> None:
    inner = zipped(**{"03_spatial_dimensions/output_size.py": b"b"})
    names = {"export_7/anna/03_spatial_dimensions/output_size.py": b"a", "export_7/ben/work.zip": inner}
    write(tmp_path / "all.zip", zipped(**names))
    assert {k: v.sources["output_size"] for k, v in found(tmp_path / "all.zip").items()} == {"anna": b"a", "ben": b"b"}


def test_the_last_attempt_is_graded_and_the_others_are_noted(tmp_path: Path) -> None:
    for name, source in (("output_size.py", b"1"), ("output_size-1.py", b"2"), ("output_size (2).py", b"3")):
        write(tmp_path / "anna" / name, source)
    anna = found(tmp_path)["anna"]
    assert anna.sources["output_size"] == b"3"
    assert anna.notes == ("3 files for output_size: output_size (2).py is graded",)


def test_what_is_broken_costs_itself_only(tmp_path: Path) -> None:
    bomb = zipped(**{"output_size.py": b"\0" * (50 << 20), "zero_pad.py": b"fine"})
    write(tmp_path / "anna.zip", bomb)
    write(tmp_path / "ben.zip", b"PK\3\4 this is no zip file")
    write(tmp_path / "cleo.zip", zipped(**{"output_size.py": b"x" * 5000})[:-60])
    (tmp_path / "dora").mkdir()
    (tmp_path / "dora" / "output_size.py").symlink_to("/etc/passwd")
    write(tmp_path / "erik" / "output_size.py", b"#" * (300 << 10))
    broken = bytearray(zipped(**{"output_size.py": bytes(range(256)) * 50}))
    broken[60:90] = b"\xff" * 30
    write(tmp_path / "fay.zip", bytes(broken))
    (tmp_path / "gus").mkdir()
    write(tmp_path / "hana" / "output_size.py", b"right")
    os.mkfifo(tmp_path / "gus" / "zero_pad.py")
    start = time.monotonic()
    seen = found(tmp_path)
    assert time.monotonic() - start < 60  # no bomb went off
    assert "larger than 256 KiB" in seen["anna"].refused["output_size"]
    assert seen["anna"].sources == {"zero_pad": b"fine"}
    assert "cannot be read" in seen["ben"].notes[0]
    assert "cannot be read" in seen["cleo"].notes[0]
    assert "a link, which is not followed" in seen["dora"].notes[0]
    assert "larger than" in seen["erik"].refused["output_size"]
    assert "cannot be read" in seen["fay"].refused["output_size"]
    assert "not a regular file" in seen["gus"].refused["zero_pad"]
    assert seen["hana"].sources == {"output_size": b"right"}


@pytest.mark.skipif(sys.platform == "win32", reason="memory is asked for by resource, which is of POSIX")
def test_memory_does_not_follow_what_zip_files_unpack_to(tmp_path: Path) -> None:
    zeros = b"\0" * (300 << 20)
    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("deflated", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", method, compresslevel=1) as archive:
            archive.writestr("output_size.py", zeros)
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("padding.txt", zeros[: 40 << 20])
        archive.writestr("output_size.py", "right")
    with zipfile.ZipFile(tmp_path / "nested.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(10):
            archive.writestr(f"{number}.zip", inner.getvalue())
    (tmp_path / "many.zip").write_bytes(b"PK\1\2" * 100_000)
    program = f"""if True:
        import resource
        from pathlib import Path
        from grader.submissions import find_submissions
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for s in find_submissions(Path({str(tmp_path)!r}), {NAMES!r}):
            print(s.student, sorted(s.sources), dict(s.refused), s.notes)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10, "MiB")
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    *lines, most = done.stdout.splitlines()
    said = {line.split(" ", 1)[0]: line for line in lines}
    assert "packed in an unusual way" in said["bzip2"]
    assert "larger than 256 KiB" in said["deflated"]
    assert "100,000 entries" in said["many"]
    assert "nested ['output_size']" in said["nested"]
    assert int(most.split()[0]) < 150


@pytest.mark.skipif(sys.platform != "linux", reason="file systems elsewhere take no names that are no text")
def test_names_that_are_no_text_are_written_so_that_they_are(school: Path, tmp_path: Path) -> None:
    (school / os.fsdecode(b"zo\xeb")).mkdir()
    (school / "anna" / os.fsdecode(b"r\xe9sum\xe9")).symlink_to("/etc/passwd")
    write(school / os.fsdecode(b"zo\xeb") / CHOSEN[0].path, RIGHT["output_size"])
    assert graded(school, tmp_path / "r") == 0
    table = table_of(tmp_path / "r")
    assert table["zo\\udceb"]["output_size"] == str(CHOSEN[0].exercise.points)
    assert table["anna"]["notes"] == "r\\udce9sum\\udce9: a link, which is not followed"


def test_links_in_zip_files_are_not_followed(tmp_path: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("output_size.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../../../escaped/zero_pad.py", "x = 1")
    write(tmp_path / "anna.zip", out.getvalue())
    anna = found(tmp_path)["anna"]
    assert "output_size" not in anna.sources
    assert anna.sources["zero_pad"] == b"x = 1"
    assert not (tmp_path.parent / "escaped").exists()


def graded(folder: Path, out: Path, *more: str) -> int:
    return main(["--class", str(folder), "--out", str(out), "--jobs", "2", *ONLY, *more])


def dump(out: Path) -> list[str]:
    with Store(out / "results.sqlite") as store:
        return store.dump()


@pytest.fixture
def school(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    write(folder / "anna" / CHOSEN[0].path, RIGHT["output_size"])
    write(folder / "ben" / CHOSEN[0].path, next(iter(mutant_files(CHOSEN[:1]).values())).encode())
    write(folder / "=cmd|' C calc'!A0" / CHOSEN[1].path, RIGHT["zero_pad"])
    write(folder / "cleo" / CHOSEN[0].path, b"import os\nos._exit(0)\n")
    return folder


def test_results_of_a_class(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert graded(school, out) == 0
    printed = capsys.readouterr().out
    assert "4 students; 8 exercises graded, 0 stood already; cases by seed " in printed
    assert "to look at" not in printed
    with (out / "grades.csv").open(newline="") as file:
        table = {row["student"]: row for row in csv.DictReader(file)}
    assert table["anna"]["output_size"] == str(CHOSEN[0].exercise.points)
    assert table["anna"]["zero_pad"] == "0"
    assert table["cleo"]["output_size"] == "0"
    assert "'=cmd|' C calc'!A0" in table
    anna = json.loads((out / "students" / "anna.json").read_text())
    assert [exercise["status"] for exercise in anna["exercises"]] == ["passed", "not started"]
    assert len(list((out / "students").iterdir())) == 2 * 4
    ben = (out / "students" / "ben.txt").read_text()
    assert ben.startswith("ben: ")
    assert "the smallest case found:" in ben
    assert "there is no file" not in ben


def test_results_are_not_overwritten_unasked(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert graded(school, out) == 0
    assert graded(school, out) == 2
    assert "go on by --resume, or grade all anew by --regrade" in capsys.readouterr().err
    write(school / "ben" / CHOSEN[0].path, RIGHT["output_size"])
    assert graded(school, out, "--resume") == 0
    assert "1 exercises graded, 7 stood already" in capsys.readouterr().out


def test_nothing_stands_that_was_graded_otherwise(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    graded(school, out)
    assert graded(school, out, "--resume", "--seed", "5", "--only-student", "anna") == 0
    capsys.readouterr()
    assert graded(school, out, "--resume", "--seed", "5") == 0
    assert "6 exercises graded, 2 stood already" in capsys.readouterr().out


def table_of(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_part_graded_again_leaves_the_rest_where_it_was(school: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    graded(school, out)
    before, anna = table_of(out), (out / "students" / "anna.json").read_text()
    export = tmp_path / "export.csv"
    export.write_text("Student,ID,SIS User ID,SIS Login ID,Section\n Points Possible,,,,\nDoe,1,,anna,A\n")
    part = ["--class", str(school), "--out", str(out), "--only", "zero_pad", "--canvas", str(export)]
    assert main([*part, "--regrade"]) == 0
    assert table_of(out) == before
    assert (out / "students" / "anna.json").read_text() == anna
    most = sum(entry.exercise.points for entry in CHOSEN)
    possible, doe = (out / "canvas.csv").read_text().splitlines()[1:]
    assert possible.endswith(f",{most}")
    assert doe.endswith(f",{before['anna']['points']}")


def test_cases_of_a_class_are_not_known_beforehand_and_stay(school: Path, tmp_path: Path) -> None:
    seeds = []
    for name in ("a", "b"):
        assert graded(school, tmp_path / name) == 0
        with Store(tmp_path / name / "results.sqlite") as store:
            seeds.append(store.settings()["seed"])
    assert seeds[0] != seeds[1]
    assert graded(school, tmp_path / "a", "--resume") == 0
    assert graded(school, tmp_path / "b", "--regrade") == 0
    for seed, name in zip(seeds, ("a", "b"), strict=True):
        with Store(tmp_path / name / "results.sqlite") as store:
            assert store.settings()["seed"] == seed


def test_what_is_odd_is_said(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(school / "dora" / "notes.txt")
    write(school / "erik" / "03_spatial_dimensions" / "unroll.py")
    assert graded(school, tmp_path / "r") == 0
    assert "to look at:\n  dora: no file has the name of an exercise\n" in capsys.readouterr().out
    assert table_of(tmp_path / "r")["dora"]["notes"] == "no file has the name of an exercise"
    assert table_of(tmp_path / "r")["erik"]["notes"] == ""
    dora = json.loads((tmp_path / "r" / "students" / "dora.json").read_text())
    assert (dora["points"], dora["notes"]) == (0, ["no file has the name of an exercise"])


def test_long_lists_are_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(25):
        write(tmp_path / "all" / f"s{number}" / "notes.txt")
    assert graded(tmp_path / "all", tmp_path / "r") == 0
    printed = capsys.readouterr().out
    assert printed.count("no file has the name") == 20
    assert "and 5 more: grades.csv has them all" in printed


def test_what_the_grader_could_not_judge_is_no_zero(
    school: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader import classroom

    def lost(tasks: Iterator[tuple[tuple[str, str], Task]], jobs: int) -> Iterator[tuple[tuple[str, str], None]]:
        yield from ((key, None) for key, _ in tasks)

    export = tmp_path / "export.csv"
    export.write_text("Student,ID,SIS User ID,SIS Login ID,Section,byhand\nDoe,1,,anna,A,7\n")
    monkeypatch.setattr(classroom, "run_as_they_come", lost)
    assert graded(school, tmp_path / "r", "--canvas", str(export)) == 3
    anna = table_of(tmp_path / "r")["anna"]
    assert (anna["output_size"], anna["zero_pad"]) == ("grader error", "0")
    assert anna["max_points"] == str(CHOSEN[1].exercise.points)
    assert (tmp_path / "r" / "canvas.csv").read_text().splitlines()[1].endswith(",7")
    printed = capsys.readouterr().out
    assert "a defect of the grader, which costs nobody points; --resume tries again:" in printed
    assert "  anna: output_size\n" in printed
    assert "not filled in, since not all is judged: =cmd|' C calc'!A0, anna, ben, cleo" in printed
    monkeypatch.undo()
    assert graded(school, tmp_path / "r", "--resume") == 0
    assert table_of(tmp_path / "r")["anna"]["output_size"] == str(CHOSEN[0].exercise.points)


def test_a_file_that_is_no_database(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "results" / "results.sqlite", b"no database " * 100)
    assert graded(school, tmp_path / "results", "--resume") == 2
    assert "results.sqlite cannot be used: file is not a database; move it away" in capsys.readouterr().err


def test_a_regrade_says_what_differs(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    graded(school, out)
    write(school / "anna" / CHOSEN[0].path, b"x = 1\n")
    assert graded(school, out, "--regrade") == 0
    with (out / "differences.csv").open(newline="") as file:
        (change,) = csv.DictReader(file)
    assert (change["student"], change["before"], change["after"]) == ("anna", "passed", "failed")
    assert "what the regrade changed" in capsys.readouterr().out


def test_one_student_alone(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert graded(school, tmp_path / "r", "--only-student", "anna") == 0
    assert "1 students; 2 exercises" in capsys.readouterr().out
    assert graded(school, tmp_path / "r2", "--only-student", "nobody") == 2
    assert "nobody is called 'nobody'" in capsys.readouterr().err


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert graded(tmp_path / "none", tmp_path / "out") == 2
    assert "there is no folder or zip file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--class", str(tmp_path)])
    assert "--class needs --out" in capsys.readouterr().err


def test_strangers_are_not_graded_without_walls(
    school: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader import class_command
    from grader.walls import Walls

    monkeypatch.setattr(class_command, "walls_here", lambda: Walls(0, False))
    assert graded(school, tmp_path / "r") == 2
    assert "--trust-submissions grades them all the same" in capsys.readouterr().err
    assert graded(school, tmp_path / "r", "--trust-submissions") == 0


def start(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "grader", "--class", str(folder), "--out", str(out), "--jobs", "2", *ONLY]
    command += ["--seed", "0"]
    return subprocess.Popen([*command, "--resume"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def verdicts(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out / 'results.sqlite'}?mode=ro", uri=True) as database:
            return int(database.execute("SELECT count(*) FROM verdict WHERE source != ''").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_killed_and_resumed_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    folder, undisturbed, out = tmp_path / "submissions", tmp_path / "a", tmp_path / "b"
    make_class(folder, 12, seed=3, entries=CHOSEN)
    assert graded(folder, undisturbed, "--seed", "0") == 0
    killed = 0
    for wanted in (2, 6):
        process = start(folder, out)
        while process.poll() is None and verdicts(out) < wanted:
            time.sleep(0.02)
        if process.poll() is None:
            family = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            # Who graded for it does not outlive it.
            assert not psutil.wait_procs(family, timeout=10)[1]
    assert killed == 2
    assert start(folder, out).wait(120) == 0
    assert dump(out) == dump(undisturbed)
