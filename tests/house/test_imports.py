"""Imports run one way. The contracts stand in setup.cfg; here they are held, and shown to refuse what breaks them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

COMMAND = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

WRONG = {
    "a query that acts": ("hcpov/blog/queries.py", "from hcpov.blog import actions"),
    "a table that asks a policy": ("hcpov/comments/models.py", "from hcpov.comments import policy"),
    "a blog that knows comments": ("hcpov/blog/actions.py", "from hcpov.comments import models"),
    "a domain that knows the web": ("hcpov/blog/rows.py", "from hcpov.web import htmx"),
    "the web that knows views": ("hcpov/web/chrome.py", "from hcpov.blog import views"),
    "a view that knows another": ("hcpov/comments/views.py", "from hcpov.updates import views"),
    "somebody who knows the application": ("hcpov/schedule.py", "from hcpov import app"),
    "text that reads the database": ("hcpov/text/dates.py", "import sqlalchemy"),
    "text that asks the time": ("hcpov/text/dates.py", "from hcpov import clock"),
    "an extension that reads settings": ("hcpov/extensions.py", "from hcpov import config"),
    "a package without a place": ("hcpov/attic/__init__.py", '"""Nobody said where this belongs."""'),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Holds the contracts against the application in `tree`."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "--no-cache", "--config", ROOT / "setup.cfg"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_run_one_way() -> None:
    linted = lint(ROOT)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("wrong", WRONG)
def test_the_contracts_refuse(wrong: str, tmp_path: Path) -> None:
    path, line = WRONG[wrong]
    shutil.copytree(
        ROOT / "hcpov", tmp_path / "hcpov", ignore=shutil.ignore_patterns("__pycache__", "demo", "versions")
    )
    changed = tmp_path / path
    changed.parent.mkdir(exist_ok=True)
    changed.write_text((changed.read_text() if changed.exists() else "") + f"\n{line}\n")
    linted = lint(tmp_path)
    assert linted.returncode == 1, linted.stdout
    assert "BROKEN" in linted.stdout or "exhaustive" in linted.stdout, linted.stdout + linted.stderr
