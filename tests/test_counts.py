"""Counts: several processes, one sum."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hcpov import config
from hcpov import counts as module
from hcpov.counts import Counts

CHILD = """
import sys
from pathlib import Path
from hcpov.counts import Counts
counts = Counts(Path(sys.argv[1]))
cell = counts.cell("page", "hit")
for _ in range(1000):
    cell.add()
counts.add("seconds", "/", by=0.5)
print("counted", flush=True)
sys.stdin.readline()
"""


def test_processes_are_added_up(tmp_path: Path) -> None:
    ours = Counts(tmp_path)
    ours.add("page", "hit")
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    children = [
        subprocess.Popen(command, cwd=config.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout and child.stdout.readline() == b"counted\n"
        assert ours.totals() == {("page", "hit"): 2001, ("seconds", "/"): 1.0}
        assert ours.begin_anew() == 0, "all of them live"
    finally:
        for child in children:
            child.communicate(b"\n", timeout=20)
    assert ours.totals()["page", "hit"] == 2001, "what has gone is still counted"
    assert ours.begin_anew() == 2
    assert ours.totals() == {("page", "hit"): 1}


def test_a_killed_process_is_counted_until_the_next_start(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], cwd=config.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout and child.stdout.readline() == b"counted\n"
        child.kill()
    ours = Counts(tmp_path)
    assert ours.totals()["page", "hit"] == 1000
    assert ours.begin_anew() == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_something_is_counted(tmp_path: Path) -> None:
    counts = Counts(tmp_path / "counts")
    counts.cell("page", "hit")
    assert counts.totals() == {} and counts.begin_anew() == 0
    assert not (tmp_path / "counts").exists()


def test_cell_and_name_are_one_number(tmp_path: Path) -> None:
    for counts in (Counts(tmp_path), Counts()):
        counts.cell("page", "hit").add()
        counts.add("page", "hit", by=2)
        counts.cell("page", "hit").add()
        assert counts.totals() == {("page", "hit"): 4}


def test_threads_that_begin_at_once_keep_names_and_numbers_together(tmp_path: Path) -> None:
    for turn in range(20):
        counts = Counts(tmp_path / str(turn))
        start = Barrier(16)

        def work(number: int, counts: Counts = counts, start: Barrier = start) -> None:
            cell = counts.cell("page", str(number))
            start.wait()
            cell.add(number)
            counts.add("request", str(number), by=number)

        with ThreadPoolExecutor(16) as threads:
            list(threads.map(work, range(16)))
        assert counts.totals() == {(kind, str(each)): each for kind in ("page", "request") for each in range(16)}


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "SLOTS", 3)
    counts = Counts(tmp_path)
    for number in range(10):
        counts.add("request", str(number))
        counts.cell("request", str(number)).add()
    assert counts.totals() == {("request", str(number)): 2 for number in range(3)}


def test_a_line_half_written_is_left_out(tmp_path: Path) -> None:
    counts = Counts(tmp_path)
    counts.add("page", "hit")
    [names] = tmp_path.glob("*.names")
    with names.open("a") as file:
        file.write('["page", "mis')
    assert counts.totals() == {("page", "hit"): 1}


def test_without_a_folder_that_can_be_written_memory_counts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    counts = Counts(tmp_path / "file")
    counts.add("page", "hit")
    assert counts.totals() == {}


def test_files_are_nobody_elses(tmp_path: Path) -> None:
    Counts(tmp_path).add("page", "hit")
    assert len(list(tmp_path.iterdir())) == 2
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
