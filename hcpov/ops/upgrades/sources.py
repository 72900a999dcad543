"""Where a new version comes from: a folder, a .tar.gz or .zip of its source, or a tag of the checkout's own git.

Not a wheel: it has no templates, no styles and no list of pinned packages.
"""

import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hcpov.ops.backups.refusals import Refused
from hcpov.ops.upgrades import releases

NEEDED = ("setup.cfg", "requirements.txt", "hcpov/cli.py", "hcpov/migrations/env.py", "templates/base.html", "static")
LEFT = shutil.ignore_patterns(
    ".git", ".venv", ".cache", ".*_cache", "__pycache__", "*.egg-info", "instance", releases.FOLDER, releases.LINK
)
UNCHANGED = "Nothing was changed."


@contextmanager
def opened(source: str) -> Iterator[Path]:
    """Yields the folder of a new version's code. Raises Refused for anything else."""
    with tempfile.TemporaryDirectory(prefix="hcpov-upgrade-") as work:
        path = Path(source)
        if path.is_dir():
            yield _whole(path, source)
        elif path.suffix == ".whl":
            raise Refused(
                f"{path.name} is a wheel, which has no templates and no styles in it. "
                f"Give the source: a folder, a .tar.gz, a .zip, or a tag of git. {UNCHANGED}"
            )
        elif path.is_file():
            yield _whole(_unpacked(path, Path(work)), source)
        else:
            yield _whole(_fetched(source, Path(work)), source)


def copy(source: Path, to: Path) -> None:
    """Copies the code; nothing that was made from it, and no instance folder."""
    shutil.copytree(source, to, ignore=LEFT, symlinks=True)


def _whole(folder: Path, source: str) -> Path:
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise Refused(f"{source} is no source of this program: {', '.join(missing)} is missing. {UNCHANGED}")
    return folder


def _unpacked(file: Path, work: Path) -> Path:
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(work)  # noqa: S202  # it leaves out what leads outside
        else:
            with tarfile.open(file) as archive_:
                for each in archive_:  # Python 3.11.2 has no filter for them yet
                    if not (each.isfile() or each.isdir()) or not _stays_inside(each.name):
                        raise Refused(f"{file.name} has more in it than files and folders: {each.name}. {UNCHANGED}")
                    archive_.extract(each, work, set_attrs=each.isfile())
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as problem:
        raise Refused(f"{file.name} cannot be unpacked: {type(problem).__name__}. {UNCHANGED}") from None
    found = list(work.iterdir())
    return found[0] if len(found) == 1 and found[0].is_dir() else work


def _stays_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in Path(name).parts


def _fetched(tag: str, work: Path) -> Path:
    """Returns the code of a tag, branch or commit of the checkout that the releases lie in."""
    checkout = releases.home()
    if not (checkout / ".git").exists() or not shutil.which("git"):
        raise Refused(f"{tag} is no folder, no file and no release that is here. {UNCHANGED}")
    file = work / "source.tar"
    asked = ["git", "-C", str(checkout), "archive", "--format=tar", f"--output={file}", "--end-of-options", tag]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Refused(f"git has no {tag}: {said}. Fetch it first: git -C {checkout} fetch --tags. {UNCHANGED}")
    (work / "source").mkdir()
    return _unpacked(file, work / "source")
