"""A new release: its code in a folder of its own, with an environment of its own. Nothing of the one in use is touched.

Packages come from the present environment as second names of the same files, which takes no room and no network; pip
then fetches what requirements.txt pins otherwise. It replaces files, and never writes into one.
"""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from functools import partial
from pathlib import Path

from hcpov.ops import build
from hcpov.ops.backups.refusals import Refused, told
from hcpov.ops.ties import tie
from hcpov.ops.upgrades import releases, sources
from hcpov.ops.upgrades.releases import Release

OURS = ("__editable__", "hcpov-", "__pycache__")
SCRIPTS_LEFT = ("python", "activate", "Activate", "hcpov", "pip")


def install(source: Path, instance: Path, stamp: str) -> Release:
    """Makes a release of a source and returns it; it is not whole until its story is told.

    Raises Refused, and nothing is left of it.
    """
    release = Release(releases.home() / releases.FOLDER / f"{build.version(source)}-{stamp}")
    os.umask(0o022)  # who runs the site must be able to read it
    with told("Nothing was changed."):
        release.folder.parent.mkdir(exist_ok=True)
        try:
            sources.copy(source, release.folder)
            (release.folder / "instance").symlink_to(instance)  # where the code looks for it when nobody says
            _environment(release)
        except BaseException:
            shutil.rmtree(release.folder, ignore_errors=True)
            raise
    return release


def _environment(release: Release) -> None:
    here, packages = release.folder / ".venv", Path(sysconfig.get_path("purelib"))
    _run(release, sys.executable, "-m", "venv", "--without-pip", str(here))
    there = here / packages.relative_to(sys.prefix)
    shutil.rmtree(there)
    shutil.copytree(packages, there, ignore=_ours, symlinks=True, copy_function=_second_name)
    for script in Path(sys.prefix, "bin").iterdir():
        if not script.name.startswith(SCRIPTS_LEFT) and script.is_file() and not script.is_symlink():
            _rewrite(script, here / "bin" / script.name, release)
    pip = (str(release.python), "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    name = "requirements.txt"
    if (release.folder / name).read_bytes() != (releases.running().folder / name).read_bytes():
        _run(release, *pip, "--requirement", name)
    _run(release, *pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", ".")
    _run(release, str(release.python), "-m", "compileall", "-q", "hcpov")  # who runs it may not write here


def _run(release: Release, *words: str) -> None:
    ends = partial(tie, signal.SIGKILL)  # should we be killed, the folder is removed, and nobody may write into it
    done = subprocess.run(words, cwd=release.folder, capture_output=True, text=True, check=False, preexec_fn=ends)
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if line.strip()] or ["it said nothing"]
        raise Refused(f"{release.name} could not be installed: {said[-1]} Nothing was changed.")


def _ours(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(OURS)]


def _second_name(source: str, to: str) -> None:
    try:
        os.link(source, to, follow_symlinks=False)
    except OSError:  # another disk, or files of somebody else that the system protects
        shutil.copy2(source, to)


def _rewrite(script: Path, to: Path, release: Release) -> None:
    """Copies a program; one that is started by the old interpreter is started by the new one."""
    words, old = script.read_bytes(), f"#!{sys.prefix}/bin/python".encode()
    if words.startswith(old):
        words = words.replace(old, f"#!{release.folder}/.venv/bin/python".encode(), 1)
    to.write_bytes(words)
    to.chmod(script.stat().st_mode & 0o777)
