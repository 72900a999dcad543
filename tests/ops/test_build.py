"""Which code runs: its version, and the commit of a git checkout."""

import subprocess
from pathlib import Path

import pytest

from hcpov.ops import build


def git(folder: Path, *words: str) -> str:
    """Runs git in a folder; returns what it says."""
    own = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run([*own, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one commit."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--allow-empty", "--quiet", "-m", "First")
    return folder


def test_the_version_is_that_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[metadata]\nversion = 7.8.9\n")
    assert build.version(tmp_path) == "7.8.9"
    assert build.version(tmp_path / "nowhere"), "as it was installed"


def test_a_branch_a_single_commit_and_packed_names(checkout: Path) -> None:
    short = git(checkout, "rev-parse", "--short=8", "HEAD")
    assert build.commit(checkout) == short
    git(checkout, "pack-refs", "--all")
    assert build.commit(checkout) == short
    git(checkout, "checkout", "--quiet", "--detach")
    assert build.commit(checkout) == short


def test_a_further_work_tree(checkout: Path) -> None:
    other = checkout.parent / "other"
    git(checkout, "worktree", "add", "--quiet", "-b", "side", str(other))
    git(other, "commit", "--allow-empty", "--quiet", "-m", "Second")
    assert build.commit(other) == git(other, "rev-parse", "--short=8", "HEAD") != build.commit(checkout)


def test_no_checkout_has_no_commit(tmp_path: Path) -> None:
    assert build.commit(tmp_path) == ""
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert build.commit(tmp_path) == ""
