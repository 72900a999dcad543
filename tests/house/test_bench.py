"""Every measurement says how it is run, and is run with the others or has a reason not to be."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from bench import load, report, server
from bench.report import Budget
from bench.results import APART, BUDGETED
from tests.house.tree import ROOT
from tests.live import free_port

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


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx; `make bench` installs it")
def test_nginx_answers_from_finished_pages_and_hands_on_what_goes_past_them(tmp_path: Path) -> None:
    folder = tmp_path / "instance/pages/site/a/2026/11/b"
    folder.mkdir(parents=True)
    for name, text in {"@index": "the page", "@after=12": "what is later"}.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    post, nobody = "/a/2026/11/b/", f"http://127.0.0.1:{free_port()}"
    with server.nginx(tmp_path / "nginx", tmp_path / "instance", nobody, {"X-Said": "yes"}) as front:

        def asked(path: str, **headers: str) -> int:
            return load.once(front.site + path, headers)[0]

        status, sent, body = load.once(front.site + post, {"Cookie": "theme=dark"})
        assert (status, sent["content-type"], body) == (200, "text/html; charset=utf-8", b"the page")
        assert sent["x-said"] == "yes"
        assert "last-modified" not in sent
        assert load.once(f"{front.site}{post}?after=12", {})[2] == b"what is later"
        # Nobody answers behind it: 502 is said by whoever was sent there.
        assert asked(f"{post}?after=13") == 502
        assert asked(f"{post}?reply=12") == 502
        assert asked(post, Cookie="theme=dark; session=a") == 502
        assert asked(post, **{"HX-Request": "true"}) == 502
        assert load.once(front.site + post, {}, {"name": "Ada"})[0] == 502
