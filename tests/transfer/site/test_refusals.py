"""What is not taken in, and what cannot be written: said in words, with nothing left behind."""

import dataclasses
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov import config
from hcpov.extensions import db
from hcpov.media.buckets import Unreachable
from hcpov.transfer.site import unpacking
from hcpov.transfer.site.problems import BadSite
from tests.live import free_port
from tests.make import Make
from tests.transfer.site.conftest import Give, Take, blogs
from tests.transfer.test_cli import hcpov

Refused = Callable[[Path], str]


@pytest.fixture
def out(make: Make, give: Give, own_name: None, begin_anew: Callable[[], None], tmp_path: Path) -> Path:
    """The export of a small site, in a folder; the site is empty again."""
    post = make.post("A post", tags=["Night"], slug="a-post")
    make.comment(post)
    give(tmp_path / "out")
    begin_anew()
    return tmp_path / "out"


@pytest.fixture
def refused(take: Take, app: Flask) -> Refused:
    """Returns what is said of something that is not taken in; the site is as empty as before."""

    def told(path: Path) -> str:
        with pytest.raises(BadSite) as problem:
            take(path)
        assert blogs(app) == 0
        assert not list(Path(app.instance_path).glob("import-*"))
        return str(problem.value)

    return told


def signed(folder: Path, name: str, data: bytes) -> None:
    """Changes a file and its line in the manifest, as somebody could who means it."""
    before = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    length = len((folder / name).read_bytes())
    (folder / name).write_bytes(data)
    manifest = folder / "manifest.json"
    text = manifest.read_text().replace(
        f'"{name}", "bytes": {length}, "sha256": "{before}"',
        f'"{name}", "bytes": {len(data)}, "sha256": "{hashlib.sha256(data).hexdigest()}"',
    )
    manifest.write_text(text)


def text_of(folder: Path) -> str:
    """Returns the name of the only post's file."""
    return next(path.relative_to(folder).as_posix() for path in folder.glob("posts/*/*/*/*.md"))


def test_a_site_that_is_not_empty(out: Path, take: Take, make: Make) -> None:
    make.blog("here-already")
    with pytest.raises(BadSite, match=r"This site is not empty.*HCPOV_INSTANCE"):
        take(out)


def test_a_changed_byte(out: Path, refused: Refused) -> None:
    file = out / text_of(out)
    file.write_bytes(file.read_bytes().replace(b"One paragraph", b"One paragreph"))
    assert "is not as it was exported" in refused(out) and "a-post.md" in refused(out)


def test_a_missing_file_and_one_too_many(out: Path, refused: Refused) -> None:
    (out / "more.txt").write_text("x")
    assert refused(out).startswith("more.txt is not named in manifest.json. Take it out")
    (out / "more.txt").unlink()
    (out / text_of(out)).unlink()
    assert "a-post.md is missing" in refused(out)
    (out / "manifest.json").unlink()
    assert "There is no manifest.json" in refused(out)


def test_a_newer_format(out: Path, refused: Refused) -> None:
    manifest = out / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2', 1))
    assert "version 2 of the format" in refused(out) and "Upgrade this site" in refused(out)


def test_half_a_manifest(out: Path, refused: Refused) -> None:
    manifest = out / "manifest.json"
    whole = manifest.read_bytes()
    for length in (0, 40, len(whole) - 4, len(whole) - 60):
        manifest.write_bytes(whole[:length])
        assert "manifest.json" in refused(out)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b"no facts at all\n", "the facts between two lines of --- are missing"),
        (b"---\nid: [1\n---\n\nx\n", "cannot be read as YAML"),
        (b"---\nid: !!python/object/apply:os.system ['x']\n---\n\nx\n", "cannot be read as YAML"),
        (b"---\n- 1\n---\n\nx\n", "the facts have no names"),
        (b"---\n" + b"[" * 90_000 + b"\n---\n\nx\n", "cannot be read as YAML"),
        (b"---\nid: 1\nhtml: <script>\n---\n\nx\n", "“html” is not known here"),
        (b"---\nid: 1\nstate: secret\nkind: post\n---\n\nx\n", "“state” holds what it cannot"),
        (b"---\nid: -1\n---\n\nx\n", "“id” holds what it cannot"),
        (b"---\nid: 1\n\xff---\n\nx\n", "this is not UTF-8"),
    ],
)
def test_broken_yaml(out: Path, refused: Refused, broken: bytes, said: str) -> None:
    signed(out, text_of(out), broken)
    assert said in refused(out)


@pytest.mark.parametrize(
    ("name", "broken", "said"),
    [
        ("tags.json", b"[\n{\n]\n", "tags.json, line 2: this cannot be read as JSON"),
        ("tags.json", b"[\n" + b"[" * 200_000 + b"\n]\n", "this cannot be read as JSON"),
        ("tags.json", b'[\n{"id": 1, "slug": "a", "name": "a"}\n', "the list has no end"),
        ("tags.json", b'[\n{"id": 1, "slug": "../a", "name": "a"}\n]\n', "a tag's address cannot be one"),
        ("tags.json", b'[\n{"id": NaN}\n]\n', "this cannot be read as JSON"),
        ("blogs.json", b'[\n{"id": 1, "slug": "desk", "name": "x"}\n]\n', "cannot be a blog's address"),
        ("people.json", b'[\n{"id": 1, "name": "x", "roles": ["king"]}\n]\n', "is missing"),
        ("site.json", b"{}\n", "“name” holds what it cannot"),
    ],
)
def test_broken_json(out: Path, refused: Refused, name: str, broken: bytes, said: str) -> None:
    signed(out, name, broken)
    if name == "site.json":
        assert "site.json" in refused(out)
    else:
        assert said in refused(out)


def test_markup_is_cleaned_again(out: Path, take: Take, app: Flask) -> None:
    file = next(out.glob("comments/posts/*/*/*/*.json"))
    text = file.read_text().replace("I agree.", "<script>alert(1)</script> I agree.")
    signed(out, file.relative_to(out).as_posix(), text.encode())
    take(out)
    with app.app_context():
        html = db.session.scalar(sa.text("SELECT html FROM comment"))
    assert html and "<script" not in html and "&lt;script" in html


def test_links_in_a_folder(out: Path, refused: Refused) -> None:
    file = out / "tags.json"
    shutil.move(file, out.parent / "elsewhere.json")
    file.symlink_to(out.parent / "elsewhere.json")
    assert "tags.json is a link or a device" in refused(out)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "c:evil", "a//b", "./a", "a\0b"]
)
def test_paths_that_lead_out(tmp_path: Path, refused: Refused, own_name: None, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, "evil")
    assert "leads out of its folder" in refused(tmp_path / "bad.zip") or "\0" in name
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
    if "\0" not in name:
        assert "leads out of its folder" in refused(tmp_path / "bad.tar.gz")
    assert not (tmp_path / "evil").exists() and not Path("/etc/evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive(tmp_path: Path, refused: Refused, own_name: None, kind: bytes) -> None:
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("site.json")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    assert "is a link or a device" in refused(tmp_path / "bad.tar.gz")


def test_a_link_in_a_zip_and_a_file_twice(tmp_path: Path, refused: Refused, own_name: None) -> None:
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        entry = zipfile.ZipInfo("site.json")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "is a link or a device" in refused(tmp_path / "link.zip")
    with tarfile.open(tmp_path / "twice.tar.gz", "w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("site.json"), io.BytesIO(b""))
    assert "is in the archive twice" in refused(tmp_path / "twice.tar.gz")


def test_a_bomb(tmp_path: Path, refused: Refused, own_name: None) -> None:
    size = unpacking.AND_SOME * 2
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("site.json", b"\0" * size)
    assert (tmp_path / "bomb.zip").stat().st_size * unpacking.MOST_TIMES < size
    assert "is too large for it" in refused(tmp_path / "bomb.zip")


def test_a_damaged_archive(out: Path, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no archive")
    assert "is damaged, or is no .zip and no .tar.gz" in refused(tmp_path / "no.zip")
    with tarfile.open(tmp_path / "whole.tar.gz", "w:gz") as archive:
        archive.add(out, ".", recursive=False)
    half = (tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(half[: len(half) // 2])
    assert "is damaged" in refused(tmp_path / "half.tar.gz")


def test_a_place_that_is_taken(make: Make, give: Give, tmp_path: Path) -> None:
    make.post()
    (tmp_path / "there").mkdir()
    with pytest.raises(BadSite, match="is there already"):
        give(tmp_path / "there")
    with pytest.raises(BadSite, match="There is no folder"):
        give(tmp_path / "nowhere" / "site.zip")


@pytest.mark.parametrize("name", ["site", "site.zip", "site.tar.gz"])
def test_a_full_disk_leaves_nothing(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, name: str) -> None:
    instance = tmp_path_factory.getbasetemp() / "full"
    if not instance.exists():
        assert hcpov(instance, "setup", "--here").returncode == 0
        assert hcpov(instance, "demo").returncode == 0
    command = 'ulimit -f 32; exec "$@"'  # kilobytes in a file, which the system refuses to pass as a full disk does
    done = subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, "-m", "hcpov.cli", "export", "site", str(tmp_path / name)],
        cwd=config.ROOT,
        env={"PATH": "/usr/bin:/bin", "HCPOV_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: Nothing was exported. The disk is full." in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_from_the_command_line(tmp_path: Path) -> None:
    one, other, file = tmp_path / "one", tmp_path / "other", tmp_path / "site.tar.gz"
    for instance in (one, other):
        assert hcpov(instance, "setup", "--here").returncode == 0
    assert hcpov(one, "demo").returncode == 0
    done = hcpov(one, "export", "site", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 blogs, 12 posts, 49 comments" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    done = hcpov(other, "import", "site", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Taken in: 4 blogs, 12 posts, 49 comments" in done.stdout
    again = hcpov(other, "import", "site", str(file))
    assert again.returncode == 1
    assert again.stderr.startswith("Error: Nothing was imported. This site is not empty")
    with tarfile.open(file) as archive:
        head = json.loads(archive.extractfile("manifest.json").read())  # type: ignore[union-attr]
    assert head["version"] == 1


def test_a_bucket_that_does_not_answer(everything: int, give: Give, tmp_path: Path, app: Flask) -> None:
    before = app.config["HCPOV"]
    address = f"http://key:secret@127.0.0.1:{free_port()}/pictures"
    app.config["HCPOV"] = dataclasses.replace(before, media_url=address)
    try:
        with pytest.raises(Unreachable):
            give(tmp_path / "out.zip")
    finally:
        app.config["HCPOV"] = before
    assert list(tmp_path.iterdir()) == []
