"""New posts and comments: told once, to whoever asked, of what is public."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from hcpov.blog import actions as blog
from hcpov.blog.models import Change, Kind, Post, State
from hcpov.comments import actions as comments
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.mail.letters import written
from hcpov.mail.models import Message
from hcpov.updates.news import actions, queries
from tests.make import START, MadePost, Make
from tests.post_office import PostOffice, words
from tests.updates.readers import EMAIL, letters, tell, wish

Queries = Callable[[], Any]
HOSTILE = "Gone\r\nBcc: all@example.org\n\nGet <b>rich</b> \u202enow"


class Killed(BaseException):
    """What a kill is to the code in between."""


def to(app: Flask) -> list[str]:
    """Returns who was written to, after the worker has looked."""
    return sorted(address for address, _ in tell(app))


def test_a_post_is_told_once_to_whoever_asked(app: Flask, make: Make) -> None:
    ours, theirs = make.blog(), make.blog("night-shift")
    people: dict[str, dict[str, Any]] = {
        "blog": {"blog_id": ours},
        "site": {},
        "other-blog": {"blog_id": theirs},
        "not-confirmed": {"blog_id": ours, "confirmed": False},
        "left": {"blog_id": ours, "left_at": START},
        "daily": {"blog_id": ours, "cadence": "daily"},
    }
    for name, columns in people.items():
        wish(app, f"{name}@example.org", **columns)
    wish(app, "both@example.org", blog_id=ours)
    wish(app, "both@example.org")
    wish(app, "site-but-blog-weekly@example.org", blog_id=ours, cadence="weekly")
    wish(app, "site-but-blog-weekly@example.org")
    post = make.post("What a clinic learns")
    wish(app, "thread@example.org", post_id=post.id)
    for _ in range(2):
        assert to(app) == ["blog@example.org", "both@example.org", "site@example.org"]
    wish(app, "later@example.org", blog_id=ours)
    assert len(to(app)) == 3


@pytest.mark.parametrize(
    "columns",
    [
        {"announce": False},
        {"kind": Kind.PAGE},
        {"state": State.DRAFT},
        {"state": State.SCHEDULED},
        {"state": State.REVIEW},
        {"state": State.WITHDRAWN},
        {"announced_at": START},
    ],
    ids=str,
)
def test_what_is_no_news_is_told_to_nobody(app: Flask, make: Make, columns: dict[str, Any]) -> None:
    wish(app)
    post = make.post(**columns)
    assert to(app) == []
    with app.app_context():
        marked = db.session.get_one(Post, post.id).announced_at is not None
    assert marked == ("state" not in columns)


def test_withdrawn_before_it_was_told_it_is_news_when_it_comes_back(app: Flask, make: Make) -> None:
    wish(app)
    post, editor = make.post(), make.account()
    with app.app_context():
        blog.withdraw(db.session.get_one(Post, post.id), 1, editor.id, "Checked again.")
    assert to(app) == []
    with app.app_context():
        blog.bring_back(db.session.get_one(Post, post.id), 2, editor.id, "It was right.")
    assert to(app) == [EMAIL]


def test_withdrawn_before_it_was_sent_it_is_taken_back(app: Flask, make: Make, post_office: PostOffice) -> None:
    wish(app)
    kept, gone, editor = make.post("Kept"), make.post("Gone"), make.account()
    assert len(tell(app)) == 2
    with app.app_context():
        blog.withdraw(db.session.get_one(Post, gone.id), 1, editor.id, "Checked again.")
        assert actions.take_back() == 1
    assert [message["Subject"] for message in post_office.collect(app)] == [f"Boardroom Buzz: {kept.title}"]


def test_a_correction_is_told_to_nobody(app: Flask, make: Make) -> None:
    wish(app)
    post, editor = make.post(), make.account()
    assert len(tell(app)) == 1
    with app.app_context():
        row = db.session.get_one(Post, post.id)
        blog.change(row, {"body": "Other words."}, 1, editor.id, Change.CORRECTION, "A number was wrong.")
    assert len(tell(app)) == 1


@pytest.mark.parametrize("killed_at", range(1, 5))
def test_a_kill_between_loses_and_repeats_nothing(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    """Eleven readers, four in a transaction: three transactions for the post, and the first look's."""
    monkeypatch.setattr(queries, "CHUNK", 4)
    post = make.post()
    for number in range(11):
        wish(app, f"reader-{number}@example.org", blog_id=post.blog_id if number % 2 else None)
    left = [killed_at]

    def kill(*_arguments: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    with app.app_context():
        event.listen(db.session, "before_commit", kill)
        try:
            with pytest.raises(Killed):
                actions.announce_posts()
            db.session.rollback()
        finally:
            event.remove(db.session, "before_commit", kill)
        assert db.session.get_one(Post, post.id).announced_at is None
    assert len(letters(app)) == 4 * max(killed_at - 2, 0)
    assert to(app) == sorted(f"reader-{number}@example.org" for number in range(11))
    assert len(tell(app)) == 11


def test_two_workers_write_each_letter_once(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 4)
    for number in range(30):
        wish(app, f"reader-{number}@example.org")
    posts = [make.post(f"Post {number}") for number in range(3)]

    def work(_number: int) -> int:
        with app.app_context():
            return actions.announce_posts()

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(work, range(4)))
    assert done == len(posts)
    assert len(letters(app)) == 30 * len(posts)


def test_a_chunk_costs_the_same_with_ten_times_the_readers(app: Flask, make: Make, queries: Queries) -> None:
    costs = []
    for rows in (4, 40):
        for number in range(rows):
            wish(app, f"reader-{rows}-{number}@example.org")
        make.post()
        with app.app_context(), queries() as said:
            actions.announce_posts()
        costs.append(len(said))
    # Marks what is quiet; finds a post, holds it, its readers, their letters, its mark; finds no other.
    assert costs == [7, 7]


def test_the_letter_is_what_lists_send(app: Flask, make: Make, post_office: PostOffice) -> None:
    make.blog("hand-offs", "Hand-offs & “rounds”")
    post = make.post("Rounds <b>&</b> rotas", "hand-offs", summary="Three habits <i>survived</i>.", byline_name="Ada")
    _, path = wish(app, blog_id=post.blog_id)
    with app.app_context():
        actions.tell()
    [message] = post_office.collect(app)
    raw = dict(message.raw_items())
    assert raw["List-Unsubscribe"].strip() == f"<http://localhost{path}>"  # in one piece: programs decode no address
    assert raw["List-Unsubscribe-Post"].strip() == "List-Unsubscribe=One-Click"
    assert raw["List-Id"].strip() == f"<blog-{post.blog_id}.updates.localhost>"
    assert message["Message-ID"] and message["Auto-Submitted"] == "auto-generated" and message["Precedence"] == "list"
    assert message["Subject"] == "Hand-offs & “rounds”: Rounds <b>&</b> rotas" and message["To"] == EMAIL
    assert message.get_content_type() == "multipart/alternative"
    text, html = words(message), str(message.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert f"Read it:\nhttp://localhost{post.path}\n" in text
    assert f"Leave, or change how often:\nhttp://localhost{path}\n" in text
    assert f'<a href="http://localhost{path}">Leave, or change how often</a>' in html
    for piece in ("By Ada in Hand-offs & “rounds”, January 28, 2013", "This address asked for new posts on Hand-offs"):
        assert piece in text and piece.replace("&", "&amp;") in html
    assert "<b>" not in html and "<i>" not in html and "Three habits <i>survived</i>." in text
    assert re.findall(r"\b(?:src|style|http-equiv)\s*=", html) == []
    body = unescape(re.sub("<[^>]*>", " ", html.split("<body>")[1]))
    assert re.findall(r"\w+", body) == re.findall(r"\w+", re.sub(r"https?://\S+", "", text))  # the same words


def test_a_list_is_named_by_its_blog_in_letters_that_headers_hold(app: Flask, make: Make) -> None:
    post = make.post()
    wish(app)
    wish(app, "b@example.org", blog_id=post.blog_id)
    tell(app)
    assert [letter.headers["List-Id"] for letter in letters(app)] == [
        '"New posts on Health Care POV" <site.updates.localhost>',
        f'"New posts on Boardroom Buzz" <blog-{post.blog_id}.updates.localhost>',
    ]


def test_no_title_or_name_can_write_a_header_or_a_line(app: Flask, make: Make, post_office: PostOffice) -> None:
    post = make.post(HOSTILE, summary=HOSTILE, byline_name=HOSTILE)
    with app.app_context():
        db.session.get_one(Post, post.id).blog.name = HOSTILE
        db.session.commit()
    wish(app)
    wish(app, "thread@example.org", post_id=post.id)
    make.comment(post, "Words.\n\nLeave:\nhttps://evil.example/", name=HOSTILE, title=HOSTILE, place=HOSTILE)
    with app.app_context():
        actions.tell()
    found = post_office.collect(app)
    assert len(found) == 2
    for message in found:
        assert "Bcc" not in message and not any(name == "Get" for name in message)
        assert "\n" not in message["Subject"] and "\u202e" not in message["Subject"]
        text = words(message)
        assert not re.search(r"^(?:Bcc|Get|Leave:|https://evil)", text, re.MULTILINE) and "\u202e" not in text


def test_an_address_of_other_letters_is_reached(app: Flask, make: Make, post_office: PostOffice) -> None:
    wish(app, "ada@bücher.example")
    wish(app)
    make.post()
    tell(app)
    assert [message["To"] for message in post_office.collect(app)] == [
        "ada@xn--bcher-kva.example",
        EMAIL,
    ]


def test_a_comment_is_told_to_its_thread_and_not_to_its_writer(app: Flask, make: Make) -> None:
    post, other = make.post(announced_at=START), make.post("Another", announced_at=START)
    member = make.account(email="Maeve@Example.org")
    for name in ("ada", "maeve", "reader"):
        wish(app, f"{name}@example.org", post_id=post.id)
    wish(app, "elsewhere@example.org", post_id=other.id)
    make.comment(post, "By a guest.", email="Ada@example.org")
    assert to(app) == ["maeve@example.org", "reader@example.org"]
    make.comment(post, "By a member.", account_id=member.id)
    assert to(app) == ["ada@example.org", "maeve@example.org", "reader@example.org", "reader@example.org"]
    assert len(tell(app)) == 4
    assert letters(app)[-1].subject == "New comment on “What a clinic learns”"
    assert "> By a member.\n" in letters(app)[-1].text


def test_what_a_comment_quotes_is_no_word_of_its_writer(app: Flask, make: Make) -> None:
    post = make.post(announced_at=START)
    wish(app, post_id=post.id)
    make.comment(post, "No.\n\n> One card is enough.\n\nלא.")
    tell(app)
    [letter] = letters(app)
    assert "\n\n> No.\n> > One card is enough.\n> לא.\n\n" in letter.text
    # Each piece runs as its own language does, or a foreign one has its full stop at the wrong end.
    assert re.findall("<(?:p|h2)(?![^>]*auto)[^>]*>(?!<a)", letter.html) == []


def test_a_digest_in_plain_text_sets_posts_apart(app: Flask, make: Make, travel: Callable[[float], None]) -> None:
    wish(app, cadence="daily")
    for title in ("First", "Second"):
        make.post(title)
    tell(app)
    travel(2 * 86400)
    tell(app)
    [letter] = letters(app)
    assert letter.text.startswith("Second\n======\n\nIn ") and "/\n\n\nFirst\n=====\n\nIn " in letter.text


def test_answers_are_told_to_whose_comment_it_is(app: Flask, make: Make) -> None:
    post = make.post(announced_at=START)
    mine, others = (make.comment(post, announced_at=START) for _ in range(2))
    wish(app, post_id=post.id, comment_id=mine)
    wish(app, "both@example.org", post_id=post.id, comment_id=mine)
    wish(app, "both@example.org", post_id=post.id)
    make.comment(post, "To somebody else.", parent=others)
    make.comment(post, "To nobody.")
    assert to(app) == ["both@example.org"] * 2
    make.comment(post, "To me.", parent=mine)
    assert to(app) == ["both@example.org"] * 3 + [EMAIL]
    subjects = {letter.subject for letter in letters(app) if "To me." in letter.text}
    assert subjects == {"An answer to your comment on “What a clinic learns”"}


@pytest.mark.parametrize("state", [each for each in CommentState if each != CommentState.PUBLISHED])
def test_what_is_not_public_is_in_no_letter(app: Flask, make: Make, state: CommentState) -> None:
    post = make.post(announced_at=START)
    wish(app, post_id=post.id)
    number = make.comment(post, "DOB 4/12/1961", state=state, reasons=["may identify a patient: a date"])
    assert to(app) == []
    moderator = make.account()
    with app.app_context():
        comments.settle(db.session.get_one(Comment, number), moderator.id, "published", CommentState.PUBLISHED)
    assert to(app) == [EMAIL]


@pytest.mark.parametrize("how", ["held", "erased", "post withdrawn"])
def test_what_is_public_no_more_is_taken_back(app: Flask, make: Make, how: str) -> None:
    post: MadePost = make.post(announced_at=START)
    wish(app, post_id=post.id)
    number, editor = make.comment(post, "Said too much."), make.account()
    make.comment(make.post("Another", announced_at=START), "Nobody asked.")
    assert len(tell(app)) == 1
    with app.app_context():
        row = db.session.get_one(Comment, number)
        if how == "held":
            comments.settle(row, editor.id, "held", CommentState.HELD)
        elif how == "erased":
            comments.erase(row)
        else:
            blog.withdraw(db.session.get_one(Post, post.id), 1, editor.id, "Why not.")
        actions.take_back()
    assert letters(app) == []


def test_comments_that_nobody_waits_for_cost_little(app: Flask, make: Make, queries: Queries) -> None:
    post = make.post(announced_at=START)
    costs = []
    for rows in (4, 40):
        for _ in range(rows):
            make.comment(post)
        with app.app_context(), queries() as said:
            assert actions.announce_comments() == rows
        costs.append(len(said))
    assert costs == [4, 4]  # the comments, who waits for them, the mark; and none more


def test_one_that_fails_keeps_nobody_from_the_others(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wish(app)
    bad, good = make.post("Secret words"), make.post("Good")
    with app.app_context():
        db.session.get_one(Post, bad.id).published_at = None  # nothing of ours does this
        db.session.commit()
    assert [subject for _, subject in tell(app)] == [f"Boardroom Buzz: {good.title}"]
    assert f"post {bad.id} could not be announced: AssertionError" in caplog.text and "Secret" not in caplog.text


def test_long_headers_stay_in_one_piece(app: Flask) -> None:
    """RFC 8058 3.1 wants one address; encoded words are none."""
    address = f"<https://{'long.' * 20}example.org/updates/{'x' * 100}>"
    message = Message(id=1, to=EMAIL, subject="é" * 200, text="a", html="<p>a</p>", dedupe_key="a")
    message.created_at, message.headers = START, {"List-Unsubscribe": address, "List-Id": '"é" <a.b>'}
    with app.app_context():
        raw = written(message).as_bytes()
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in raw
    assert b"<a.b>\r\n" in raw
    assert all(len(line) <= 78 for line in raw.split(b"\r\n") if not line.startswith(b"List-Unsubscribe:"))
