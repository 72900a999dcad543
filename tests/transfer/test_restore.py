"""A restored backup brings people back; their tombstones erase them again."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.auth import letters, tombstones
from hcpov.auth.models import Account, Tombstone
from hcpov.auth.tombstones import Buried
from hcpov.blog import actions as posts
from hcpov.blog.models import Change, Post
from hcpov.comments import actions as comments
from hcpov.comments.models import Comment, State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail import sending
from hcpov.mail.actions import enqueue
from hcpov.mail.models import Message
from hcpov.transfer import actions
from hcpov.updates import actions as updates
from hcpov.updates.models import Subscription
from tests.conftest import POSTGRES
from tests.make import Make
from tests.transfer.person import EMAIL, TRACES, WORD, Person, person, read, restore, traces
from tests.transfer.test_cli import hcpov

GUEST = "zelda.guest@example.org"


@pytest.fixture(autouse=True)
def file(settings: Settings) -> Iterator[Path]:
    """The file of tombstones, empty before a test and gone behind it: tests count anew, what was erased does not."""
    path = settings.instance / tombstones.FILE
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def people(app: Flask, make: Make) -> tuple[Person, int]:
    """Makes a member, and a guest's comment with a wish."""
    made = person(app, make)
    guest = make.comment(made.post, f"A guest's {WORD}.", name="Zelda G.", email=GUEST)
    with app.app_context():
        updates.ask(GUEST, None)
    return made, guest


def erase_all(app: Flask, made: Person, how: str) -> None:
    """Erases both, and sends the last letters."""
    with app.app_context():
        actions.erase_account(made.account.id, how)
        actions.erase_guest(GUEST, how)
        sending.send_due()


def again(app: Flask) -> dict[str, int]:
    """Erases again; returns how much."""
    with app.app_context():
        gone = actions.erase_again()
        numbers = {"accounts": gone.accounts, "comments": gone.comments, "kept": gone.kept}
        numbers |= {"subscriptions": gone.subscriptions, "messages": gone.messages}
        return {name: len(each) for name, each in numbers.items() if each}


@pytest.mark.parametrize("how", ["removed", "anonymous"])
def test_who_was_erased_is_erased_again(app: Flask, make: Make, how: str) -> None:
    made, _ = people(app, make)
    backup = read(app)
    erase_all(app, made, how)
    erased = read(app)
    restore(app, backup)
    assert traces(read(app))
    done = again(app)
    assert done["accounts"] == 1 and done["subscriptions"] == 2 and done["messages"] == 3
    assert (done.get("comments"), done.get("kept")) == ((6, None) if how == "removed" else (1, 5))
    words = TRACES if how == "removed" else tuple(word for word in TRACES if word != WORD)
    assert traces(read(app), words) == []
    for table in ("account", "comment", "decision", "credential", "blog_role", "login_session", "subscription"):
        assert read(app)[table] == erased[table], table
    assert sorted(map(str, read(app)["tombstone"])) == sorted(map(str, erased["tombstone"]))
    assert again(app) == {}


@pytest.mark.skipif(bool(POSTGRES), reason="copies the database's file")
def test_nothing_is_left_in_the_file_of_a_restored_database(
    app: Flask, make: Make, settings: Settings, tmp_path: Path
) -> None:
    """The copy of before is put into a new instance folder, with the tombstones' file of after."""
    made, _ = people(app, make)
    copy = tmp_path / "hcpov.sqlite3"
    with closing(sqlite3.connect(settings.instance / "hcpov.sqlite3")) as live, closing(sqlite3.connect(copy)) as to:
        live.backup(to)
    erase_all(app, made, "removed")
    (tmp_path / tombstones.FILE).write_bytes((settings.instance / tombstones.FILE).read_bytes())
    assert all(word.encode() in copy.read_bytes().lower() for word in TRACES)
    done = hcpov(tmp_path, "erase-again")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == "Erased again: 1 account, 6 comments, 2 subscriptions, 3 messages. Subscriptions left again: 0.\n"
    )
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in (each for each in tmp_path.rglob("*") if each.is_file()):
        left = path.read_bytes().lower()
        assert [word for word in TRACES if word.encode() in left] == [], path
    assert "0 accounts, 0 comments, 0 subscriptions, 0 messages" in hcpov(tmp_path, "erase-again").stdout


def test_the_file_alone_is_enough_and_so_is_the_table(app: Flask, make: Make, file: Path) -> None:
    made, _ = people(app, make)
    backup = read(app)
    erase_all(app, made, "removed")
    kept = read(app)["tombstone"]
    restore(app, backup | {"tombstone": kept})
    file.unlink()
    assert again(app)["accounts"] == 1
    assert {line["number"] for line in map(json.loads, file.read_text().splitlines())} == {
        row["number"] for row in kept
    }


def test_the_file_holds_no_personal_data(app: Flask, make: Make, file: Path) -> None:
    made, _ = people(app, make)
    erase_all(app, made, "removed")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0].keys() == {"kind", "number", "how", "at"}
    assert {line["kind"] for line in lines} == {"account", "comment", "subscription", "message"}
    assert {line["how"] for line in lines} == {"", "removed"}
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_a_single_comment_is_erased_again(app: Flask, make: Make) -> None:
    post = make.post()
    number = make.comment(post, f"{WORD}", email=GUEST)
    other = make.comment(post, "Another.", email=GUEST)
    backup = read(app)
    with app.app_context():
        comments.erase(db.session.get_one(Comment, number))
    restore(app, backup)
    assert again(app) == {"comments": 1}
    assert [row["id"] for row in read(app)["comment"]] == [other]
    assert read(app)["post"][0]["comment_count"] == 1


def test_what_was_left_is_left_again(app: Flask, file: Path) -> None:
    """A newer wish, or one that came back, is no older than its tombstone."""
    numbers = {}
    with app.app_context():
        for name in ("left", "came-back", "stays"):
            updates.ask(f"{name}@example.org", None, sure=True)
        for row in db.session.scalars(db.select(Subscription)):
            numbers[row.email.partition("@")[0]] = row.id
    backup = read(app)
    with app.app_context():
        for name in ("left", "came-back"):
            updates.leave(f"{name}@example.org", numbers[name])
        updates.come_back("came-back@example.org", numbers["came-back"])
    assert "@" not in file.read_text()
    newer = read(app)
    with app.app_context():
        db.session.execute(db.text("UPDATE subscription SET left_at = NULL"))
        enqueue("left@example.org", "News", "Words.", f"post 1 {numbers['left']}")
        enqueue("stays@example.org", "News", "Words.", f"post 1 {numbers['stays']}")
        db.session.commit()
        assert actions.erase_again().left == [numbers["left"]]
        assert actions.erase_again().left == []
    assert [row["to"] for row in read(app)["message"]] == ["stays@example.org"]
    restore(app, newer)
    with app.app_context():
        assert actions.erase_again().left == []
    restore(app, backup)  # from before any of it: what came back since is not known there
    with app.app_context():
        assert sorted(actions.erase_again().left) == sorted([numbers["left"], numbers["came-back"]])
        assert [
            row.email for row in db.session.scalars(db.select(Subscription).where(Subscription.left_at.is_(None)))
        ] == ["stays@example.org"]


def test_what_was_chosen_last_counts(app: Flask, make: Make) -> None:
    """A comment that was left without a name, and erased with its receipt afterwards."""
    number = make.comment(make.post(), WORD, email=GUEST)
    backup = read(app)
    with app.app_context():
        actions.erase_guest(GUEST, "anonymous")
        comments.erase(db.session.get_one(Comment, number))
    restore(app, backup)
    assert again(app) == {"comments": 1}
    assert read(app)["comment"] == []


def test_a_number_that_was_given_again_names_nobody(app: Flask, make: Make) -> None:
    """A restored database counts on from where it was: the next to come may have the number of one who went."""
    member, post = make.account(email=EMAIL), make.post()
    with app.app_context():
        past = clock.now() - timedelta(days=1)
        named = [Buried("account", member.id, "removed", past), Buried("subscription", 1, "", past)]
        named += [Buried("message", 1, "", past), Buried("comment", 1, "removed", past)]
        tombstones.write_down(named)
        db.session.add(Subscription(id=1, email=EMAIL))
        db.session.add(Message(id=1, to=EMAIL, subject="", text="", dedupe_key="a"))
        db.session.commit()
    make.comment(post, id=1, at=clock.now())
    assert again(app) == {}
    with app.app_context():
        for table in (Account, Subscription, Message, Comment):
            assert db.session.query(table).count() == 1
        assert db.session.query(Tombstone).count() == 4


def test_numbers_that_are_not_there_do_no_harm(app: Flask, make: Make, file: Path) -> None:
    make.comment(make.post())
    now = clock.now()
    with app.app_context():
        tombstones.write_down([Buried(kind, 2**31 - 1, "removed", now) for kind in tombstones.KINDS])
    before = read(app)["comment"]
    assert again(app) == {}
    assert read(app)["comment"] == before


def test_lines_that_cannot_be_read_are_left_out(app: Flask, make: Make, file: Path) -> None:
    number = make.comment(make.post(), email=GUEST)
    with app.app_context():
        tombstones.write_down([Buried("comment", number, "removed", clock.now())])
    bad = ['{"kind": "comment", "num', "[]", "1", "", '{"kind": "post", "number": 1, "how": "", "at": "2026-01-01"}']
    bad += [json.dumps({"kind": "comment", "number": each, "how": "", "at": "2026-01-01T00:00:00+00:00"})
            for each in (0, -1, 2**31, 1.5, "1", True)]  # fmt: skip
    bad += [json.dumps({"kind": "comment", "number": 1, "how": "", "at": each}) for each in ("", 5, "2026-01-01")]
    file.write_bytes(b"\xff\xfe\n" + "\n".join(bad).encode() + b"\n" + file.read_bytes() + b'{"kind": "acc')
    assert again(app) == {"comments": 1}


def test_a_disk_that_refuses_is_mended_later(
    app: Flask, make: Make, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The erasure stands; the worker writes down what is missing."""
    number = make.comment(make.post(), email=GUEST)
    file.mkdir()
    with app.app_context():
        comments.erase(db.session.get_one(Comment, number))
    assert "tombstones.jsonl could not be written: IsADirectoryError" in caplog.text
    file.rmdir()
    with app.app_context():
        assert tombstones.catch_up() == 1
        assert tombstones.catch_up() == 0
        assert [(each.kind, each.number) for each in tombstones.in_file()] == [("comment", number)]


def test_what_was_not_committed_is_not_written_down(
    app: Flask, make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = people(app, make)

    def broken(*_arguments: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(letters, "erased", broken)
    with app.app_context(), pytest.raises(RuntimeError):
        actions.erase_account(made.account.id, "removed")
    assert not file.exists()


def test_a_restored_removed_comment_is_left_as_it_was(app: Flask, make: Make) -> None:
    """Removed by an editor, with its words kept for an undo; then erased by its writer."""
    number = make.comment(make.post(), WORD, email=GUEST, state=State.REMOVED)
    backup = read(app)
    with app.app_context():
        actions.erase_guest(GUEST, "anonymous")
    restore(app, backup)
    assert again(app) == {"comments": 1}, number
    assert traces(read(app), (WORD, GUEST)) == []


def test_words_removed_for_privacy_do_not_come_back(app: Flask, make: Make, client: FlaskClient) -> None:
    post, editor = make.post(body=f"A patient was {WORD}."), make.account()
    backup = read(app)
    with app.app_context():
        found = db.session.get_one(Post, post.id)
        assert posts.change(found, {"body": "A patient."}, found.version, editor.id, Change.REMOVAL, "A name.")
    assert again(app) == {} and client.get(post.path).status_code == 200
    restore(app, backup)
    with app.app_context():
        assert actions.erase_again().texts == [post.id]
    answer = client.get(post.path)
    assert answer.status_code == 410 and WORD not in answer.text and "restored backup" in answer.text
    for path in ("/feed.atom", f"{post.path}history"):
        assert WORD not in client.get(path).text
    with app.app_context():
        assert actions.erase_again().texts == []  # twice is once
        found = db.session.get_one(Post, post.id)
        assert WORD in found.body  # for the editors, who remove it again and show the post
        assert posts.change(found, {"body": "A patient."}, found.version, editor.id, Change.REMOVAL, "A name.")
        assert posts.bring_back(found, found.version, editor.id, "Removed again.")
        assert actions.erase_again().texts == []
    assert client.get(post.path).status_code == 200
