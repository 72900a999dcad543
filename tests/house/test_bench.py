"""Every measurement says how it is run, and is run with the others or has a reason not to be."""

import ast
import re
from pathlib import Path

import pytest

from bench import report
from bench.report import Budget
from bench.results import APART, BUDGETED
from tests.house.tree import ROOT

RUN = [path for path in sorted((ROOT / "bench").glob("*.py")) if "__main__" in path.read_text(encoding="utf-8")]


def test_each_measurement_is_run_with_the_others_or_apart() -> None:
    assert sorted(path.stem for path in RUN) == sorted({*BUDGETED, *APART})
    assert not set(BUDGETED) & set(APART)


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_each_says_its_command(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert re.search(rf"python (?:-m )?(?:bench[./])?{path.stem}\b", said)


def test_a_budget_is_met_or_missed_and_an_aim_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert Budget("rate", 300, 300).met
    assert not Budget("rate", 299, 300).met
    assert not Budget("bytes", 14_601, 14_600, at_most=True).met
    assert report.close("none", [Budget("rate", 1, 2, aim=True)]) == 0
    assert report.close("none", [Budget("rate", 1, 2)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith('{"bench": "none"')
