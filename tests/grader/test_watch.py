"""What is saved is graded again, soon, and nothing else."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.export import solution_files, stub_files, write_files
from grader.watch import versions, watch

ROOT = Path(__file__).parents[2]


def test_only_what_changed_is_graded(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.py" for name in ("a", "b", "c")}
    for name in ("a", "b"):
        files[name].write_text("x = 1\n")
    seen: list[str] = []

    def change() -> None:
        time.sleep(0.4)
        files["b"].write_text("x = 22\n")
        time.sleep(0.7)
        files["c"].write_text("new\n")
        files["a"].unlink()

    writer = threading.Thread(target=change)
    writer.start()
    watch(files, versions(files), seen.extend, looks=6)
    writer.join()
    assert seen == ["b", "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT as a terminal does")
def test_a_saved_file_is_graded_again(tmp_path: Path) -> None:
    entries = [load_catalog()["output_size"]]
    write_files(stub_files(entries), tmp_path)
    command = [sys.executable, "-m", "grader", str(tmp_path), "--watch", "--only", "output_size"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    lines: queue.Queue[str] = queue.Queue()
    stdout = process.stdout
    assert stdout is not None

    def read() -> None:
        for line in stdout:
            lines.put(line)

    reader = threading.Thread(target=read)
    reader.start()

    def wait_for(text: str) -> None:
        while text not in lines.get(timeout=60):
            pass

    try:
        wait_for("not started")
        wait_for("waiting for a file to be saved")
        (tmp_path / entries[0].path).write_text(next(iter(solution_files(entries).values())))
        wait_for("passed")
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
        reader.join(10)
        stdout.close()
    assert code == 130
