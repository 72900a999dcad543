"""Root starts an upgrade, and what lies in the instance folder stays its owner's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

WORDS = """
import os, subprocess, sys
from pathlib import Path
from hcpov.ops.upgrades import owner
instance, code = Path(sys.argv[1]), Path(sys.argv[2])
owner.step_down(instance)
(instance / "mine").touch()
subprocess.run(["touch", str(instance / "child")], check=True)
with owner.as_starter():
    (code / "code").touch()
    with owner.as_owner(instance):
        (instance / "inner").touch()
    (code / "more").touch()
(instance / "last").touch()
try:
    (code / "refused").touch()
except PermissionError:
    print("refused")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_files_are_the_owners_and_the_code_is_roots(tmp_path: Path) -> None:
    nobody = 65534
    instance, code = tmp_path / "instance", tmp_path / "code"
    code.mkdir(mode=0o755)
    instance.mkdir()
    os.chown(instance, nobody, nobody)
    folders = [tmp_path, *[each for each in tmp_path.parents if "pytest-of" in str(each)]]
    modes = {each: each.stat().st_mode for each in folders}
    try:
        for each in folders:
            each.chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", WORDS, str(instance), str(code)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for each, mode in modes.items():
            each.chmod(mode)
    assert done.stdout == "refused\n"
    assert {file.name: file.stat().st_uid for file in instance.iterdir()} == dict.fromkeys(
        ["mine", "child", "inner", "last"], nobody
    )
    assert {file.name: file.stat().st_uid for file in code.iterdir()} == {"code": 0, "more": 0}
