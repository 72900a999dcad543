"""The tools: every package is pinned, and what a fresh clone runs can be run."""

import base64
import configparser
import hashlib
import os
import re
import subprocess

import pytest

from hcpov.config import HTMX_INTEGRITY, HTMX_URL
from tests.house.tree import ROOT

SCRIPTS = [".ci/run", ".ci/packages", "tests/sqlite.sh", "tests/postgres.sh"]
PIN = re.compile(r"([A-Za-z0-9._-]+)==[A-Za-z0-9.+!]+")


def _key(name: str) -> str:
    """Returns a package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower()


def test_every_package_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    asked = setup["options"]["install_requires"].split() + setup["options.extras_require"]["test"].split()
    assert {_key(name) for name in asked} - {_key(line.split("==")[0]) for line in pins} == set()


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / script], check=False).returncode == 0


def test_browser_tests_use_the_script_that_readers_get() -> None:
    version = re.search(r'"htmx htmx.org (\S+)"', (ROOT / "tests/sqlite.sh").read_text(encoding="utf-8"))
    assert version
    assert f"htmx.org@{version[1]}/" in HTMX_URL


def test_the_script_is_the_one_whose_mark_the_page_carries() -> None:
    script = ROOT / ".cache/htmx/package/dist/htmx.min.js"
    if not script.exists():
        pytest.skip("htmx is not fetched; `make test` fetches it")
    mark = base64.b64encode(hashlib.sha384(script.read_bytes()).digest()).decode("ascii")
    assert f"sha384-{mark}" == HTMX_INTEGRITY
