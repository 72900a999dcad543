"""The files of pictures, as browsers fetch them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hcpov.media import storage
from tests.media.conftest import Desk
from tests.media.files import noise, saved

DATA = b"RIFF____WEBP"
NAME = "0123456789abcdef-640x480.webp"


@pytest.fixture
def folder(desk: Desk) -> Path:
    """Where the files lie, with one in it."""
    with desk.app.app_context():
        storage.put(NAME, DATA)
    found: Path = desk.app.config["HCPOV"].instance / "media"
    return found


def test_a_picture_is_kept_for_ever_by_whoever_fetches_it(folder: Path, client: FlaskClient) -> None:
    answer = client.get(f"/media/{NAME}")
    assert (answer.status_code, answer.data) == (200, DATA)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Vary" not in answer.headers and "Set-Cookie" not in answer.headers
    again = client.get(f"/media/{NAME}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(f"/media/{NAME}").headers["Content-Length"] == str(len(DATA))


def test_members_share_what_is_kept(folder: Path, desk: Desk, queries: Callable[[], Any]) -> None:
    browser = desk.browser("author")
    with queries() as said:
        answer = browser.get(f"/media/{NAME}")
    assert len(said) <= 1  # who it is, which Flask-Security asks for every address
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in answer.headers and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        "0123456789abcdef-640x481.webp",
        "0123456789abcdef-640x480-480.webp",
        "0123456789abcdef-640x480-481.webp",
        "0123456789ABCDEF-640x480.webp",
        f"{NAME}/",
        f"{NAME}%00",
        f"{NAME}%0a",
        f".{NAME}",
        "..%2Fsecret-key",
        "%2e%2e/secret-key",
        "../secret-key",
        "..%5csecret-key",
        "%252e%252e%252fsecret-key",
        "/etc/passwd",
        "secret-key",
        "hidden.webp",
        "",
        ".",
        "..",
    ],
)
def test_anything_else_is_no_picture(folder: Path, client: FlaskClient, name: str) -> None:
    (folder.parent / "secret-key").write_text("a secret")
    (folder / "hidden.webp").write_bytes(b"a secret")
    (folder / f".{NAME}").write_bytes(b"a secret")
    answer = client.get(f"/media/{name}")
    assert answer.status_code in {404, 308}
    assert b"a secret" not in answer.data


def test_the_folder_holds_whole_forms_under_the_names_of_their_addresses(desk: Desk, folder: Path) -> None:
    before = set(folder.iterdir())
    desk.send(data=saved(noise(1700, 900), "JPEG"))
    made = set(folder.iterdir()) - before
    stem = desk.kept()[0].path.removeprefix("/media/").removesuffix(".webp")
    assert re.fullmatch(r"[0-9a-f]{16}-1600x847", stem)
    assert {path.name for path in made} == {f"{stem}.webp", f"{stem}-480.webp", f"{stem}-960.webp"}


def test_a_file_is_never_written_twice(desk: Desk, folder: Path) -> None:
    with desk.app.app_context():
        storage.put(NAME, b"other bytes")
        assert storage.get(NAME) == DATA and storage.exists(NAME)
        assert storage.get("0000000000000000-1x1.webp") is None


def test_a_file_that_cannot_be_written_leaves_nothing(desk: Desk, folder: Path) -> None:
    before = set(folder.iterdir())
    with desk.app.app_context(), pytest.raises(TypeError):
        storage.put("0000000000000000-1x1.webp", "no bytes")  # type: ignore[arg-type]
    assert set(folder.iterdir()) == before
