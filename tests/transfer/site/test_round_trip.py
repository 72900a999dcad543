"""Out of one site and into a new one: the same files again, the same pages, and no letter to anybody."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.blog.actions import publish_due
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.models import Post, State
from hcpov.blog.rows import post_path
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.updates.news import actions as news
from tests.make import Make
from tests.transfer.site.conftest import Give, Take

# What must differ between two exports of equal sites: the moment of the export, and with it the manifest's first line.
DIFFERS = {"manifest.json"}


def test_languages_and_reviews_come_along(
    everything: int, app: Flask, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path
) -> None:
    facts = (Post.lang, Post.reviewer_name, Post.reviewer_title, Post.reviewer_place, Post.reviewed_on)
    wanted = sa.select(Post.title, *facts).where(sa.or_(Post.lang != "", Post.reviewed_on.is_not(None)))
    there = [("At night", "ar", "Rosa Vidal", "MD", "Girona", date(2013, 3, 3))]
    give(tmp_path / "site", private=False)
    begin_anew()
    with app.app_context():
        assert db.session.execute(wanted).all() == []
    take(tmp_path / "site")
    with app.app_context():
        assert [tuple(row) for row in db.session.execute(wanted)] == there
        path = post_path(db.session.scalars(sa.select(Post).where(Post.title == "At night")).one())
    page = app.test_client().get(path).text
    assert 'lang="ar" dir="rtl"' in page and "Rosa Vidal" in page


def files(folder: Path) -> dict[str, bytes]:
    """Returns all files of an export but those that must differ."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if name not in DIFFERS}


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("name", ["site", "site.zip", "site.tar.gz"])
def test_equal_files_and_equal_pages(
    everything: int,
    give: Give,
    take: Take,
    begin_anew: Callable[[], None],
    crawl: Callable[[], dict[str, bytes]],
    tmp_path: Path,
    private: bool,
    name: str,
) -> None:
    pages = crawl()
    told = give(tmp_path / "first", private)
    give(tmp_path / name, private) if name != "site" else (tmp_path / "first").rename(tmp_path / "site")
    begin_anew()
    assert len(crawl()) < len(pages) / 2
    taken = take(tmp_path / name)
    assert taken.counts == told.counts
    if name == "site":
        (tmp_path / "site").rename(tmp_path / "first")
    give(tmp_path / "second", private)
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert first.keys() == second.keys()
    assert [each for each in first if first[each] != second[each]] == []
    again = crawl()
    assert again.keys() == pages.keys()
    assert [each for each in pages if pages[each] != again[each]] == []


def test_the_manifest_differs_in_its_moment_alone(
    everything: int, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path
) -> None:
    give(tmp_path / "first")
    begin_anew()
    take(tmp_path / "first")
    give(tmp_path / "second")
    first, second = (json.loads((tmp_path / each / "manifest.json").read_bytes()) for each in ("first", "second"))
    assert first.pop("made_at") < second.pop("made_at")
    assert first == second


def test_what_is_in_it(everything: int, give: Give, tmp_path: Path, app: Flask) -> None:
    give(tmp_path / "out")
    whole = b"".join(files(tmp_path / "out").values())
    for word in (b"Until the paper is out", b"A number was wrong", b"miracle cure", b"old-name", b"Gus Guest"):
        assert word in whole
    assert b"Never Confirmed" not in whole
    assert b"@example.org" not in whole and not (tmp_path / "out/private").exists()
    with app.app_context():
        posts, comments = (db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Post, Comment))
    counts = json.loads((tmp_path / "out/manifest.json").read_bytes())["counts"]
    assert counts["posts"] + counts["pages"] == posts and counts["comments"] == comments
    assert (counts["pictures"], counts["files of pictures"], counts["revisions"]) == (1, 2, 5)


def test_private_facts_are_asked_for_and_secrets_never_given(everything: int, give: Give, tmp_path: Path) -> None:
    give(tmp_path / "out", private=True)
    whole = b"".join(files(tmp_path / "out").values())
    for word in (b"ada@example.org", b"reader@example.org", b"Never Confirmed", b"post published", b"Board of Nursing"):
        assert word in whole
    for word in (b"R0012345<", b'"R0012345"', b"$argon2", b"0" * 64):
        assert word not in whole


def test_numbers_go_on_above_what_was_ever_given(
    everything: int, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path, app: Flask, make: Make
) -> None:
    gone = make.post("Gone")
    with app.app_context():
        db.session.execute(sa.delete(Post).where(Post.id == gone.id))
        db.session.commit()
        highest = db.session.scalar(sa.select(sa.func.max(Post.id))) or 0
    give(tmp_path / "out")
    begin_anew()
    take(tmp_path / "out")
    assert make.post("The next one").id > highest
    make.account("The next member")
    make.draft("a-new-blog")


def test_ids_in_feeds_stay(
    everything: int, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path, app: Flask
) -> None:
    with app.app_context():
        before = db.session.scalar(sa.select(FeedName.name))
    give(tmp_path / "out")
    begin_anew()
    take(tmp_path / "out")
    with app.app_context():
        assert db.session.scalar(sa.select(FeedName.name)) == before
    assert f"tag:{before}:post/{everything}</id>" in (tmp_path / "out/feeds/site.atom").read_text()


def test_nothing_is_announced(
    everything: int, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path, app: Flask
) -> None:
    with app.app_context():
        unheard = sa.select(sa.func.count()).select_from(Comment).where(Comment.announced_at.is_(None))
        assert db.session.scalar(unheard)
    give(tmp_path / "out", private=True)
    begin_anew()
    take(tmp_path / "out")
    with app.app_context():
        assert publish_due() == 1  # it was due before
        news.tell()
        news.write_digests()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0
        public = sa.select(Post.announced_at).where(Post.state.in_([State.PUBLISHED, State.WITHDRAWN]))
        assert all(at is not None and at <= clock.now() for at in db.session.scalars(public))


def test_finished_pages_are_thrown_away(
    everything: int, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path, client: FlaskClient
) -> None:
    give(tmp_path / "out")
    begin_anew()
    for path in ("/", "/boardroom-buzz/", "/feed.atom"):
        for _ in range(2):  # the second is the one that was kept
            assert "At night" not in client.get(path).text
    take(tmp_path / "out")
    assert "At night" in client.get("/").text and "At night" in client.get("/feed.atom").text
    assert client.get("/boardroom-buzz/").status_code == 200
