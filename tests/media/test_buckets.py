"""Pictures in S3-compatible storage: moto's server, which checks signatures once its first actions are over."""

import dataclasses
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from hcpov.app import create_app
from hcpov.config import SettingError, Settings
from hcpov.media import buckets, storage
from hcpov.media.buckets import Unreachable
from tests import live
from tests.media.bucket import BUCKET, Store, store
from tests.media.conftest import Desk
from tests.media.files import noise, saved

__all__ = ["store"]

NAME = "0123456789abcdef-640x480.webp"


@pytest.fixture
def in_bucket(desk: Desk, store: Store) -> Iterator[Any]:
    """Returns a way to set HCPOV_MEDIA_URL; by default it names the bucket."""
    before: Settings = desk.app.config["HCPOV"]
    used = []

    def change(address: str) -> None:
        used.append(address)
        desk.app.config["HCPOV"] = dataclasses.replace(before, media_url=address)

    change(store.address())
    yield change
    desk.app.config["HCPOV"] = before
    for address in used:
        buckets._bucket(address).client.close()
    buckets._bucket.cache_clear()


def test_a_file_is_kept_in_the_bucket_with_what_browsers_need(desk: Desk, store: Store, in_bucket: Any) -> None:
    with desk.app.app_context():
        assert storage.get(NAME) is None and not storage.exists(NAME)
        storage.put(NAME, b"first")
        storage.put(NAME, b"second")
        assert storage.get(NAME) == b"first" and storage.exists(NAME)
    client = store.client()
    found = client.head_object(Bucket=BUCKET, Key=NAME)
    client.close()
    assert (found["ContentType"], found["ContentLength"]) == ("image/webp", 5)
    assert found["CacheControl"] == "public, max-age=31536000, immutable"
    assert not (desk.app.config["HCPOV"].instance / "media" / NAME).exists()


def test_a_picture_is_sent_to_the_bucket_and_served_from_it(desk: Desk, in_bucket: Any) -> None:
    folder = desk.app.config["HCPOV"].instance / "media"
    before = set(folder.glob("*"))
    assert desk.send(data=saved(noise(1100, 700), "JPEG")).status_code == 303
    (picture,) = desk.kept()
    for path in (picture.path, picture.small_path):
        answer = desk.app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert answer.data[8:12] == b"WEBP"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        again = desk.app.test_client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert desk.app.test_client().get("/media/0000000000000000-1x1.webp").status_code == 404
    assert set(folder.glob("*")) == before


def test_a_wrong_secret_is_no_missing_picture(
    desk: Desk, store: Store, in_bucket: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "no/secret+of=theirs"
    in_bucket(store.address(secret=secret))
    with caplog.at_level(logging.INFO):
        with desk.app.app_context(), pytest.raises(Unreachable):
            storage.get("0000000000000000-1x1.webp")
        assert desk.app.test_client().get(f"/media/{NAME}").status_code == 503
        answer = desk.send(htmx=True)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert answer.text == "Pictures cannot be kept just now. Your text is safe; try again in a minute."
    assert desk.kept() == []
    assert secret not in caplog.text and store.key not in caplog.text


def test_a_bucket_that_is_not_there_is_said(desk: Desk, store: Store, in_bucket: Any) -> None:
    in_bucket(store.address("no-such-bucket"))
    assert desk.app.test_client().get(f"/media/{NAME}").status_code == 503
    answer = desk.send()
    assert answer.status_code == 503 and "try again in a minute" in answer.text


def test_a_server_that_is_down_is_not_waited_for_long(desk: Desk, store: Store, in_bucket: Any) -> None:
    in_bucket(f"http://{store.key}:{quote(store.secret, safe='')}@127.0.0.1:{live.free_port()}/{BUCKET}")
    begun = time.monotonic()
    answer = desk.app.test_client().get(f"/media/{NAME}")
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    assert time.monotonic() - begun < 20


def test_the_package_is_asked_for_in_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "PACKAGE", "boto3000")
    with pytest.raises(SettingError, match=r"HCPOV_MEDIA_URL needs the package boto3000\. Install it"):
        create_app(dataclasses.replace(settings, media_url="s3://key:secret@media.example.org/pictures"))
    buckets.check(settings)
