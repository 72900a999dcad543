"""Leaving a comment: as a page and as a fragment, as a guest and as a member."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.heads import Head
from hcpov.blog.models import Post, State
from hcpov.captcha.models import Challenge
from hcpov.comments import queries
from hcpov.comments.models import Comment
from hcpov.comments.queries import Known
from hcpov.extensions import db
from tests.forms import HTMX, WORDS, hidden, kept, new_code, right_code, wrong_code
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]


def stored(app: Flask) -> list[Comment]:
    """Returns all comments, oldest first."""
    with app.app_context():
        return list(db.session.scalars(db.select(Comment).order_by(Comment.id)))


def used(app: Flask) -> list[bool]:
    """Returns for each used challenge whether it was answered rightly."""
    with app.app_context():
        return list(db.session.scalars(db.select(Challenge.right)))


def test_guest_posts_as_a_page(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post))
    [comment] = stored(app)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{post.path}#comment-{comment.id}"
    assert answer.headers["Set-Cookie"].startswith("receipt=")
    page = client.get(post.path).text
    assert "Potassium &lt;3.5 is <em>not</em> rare" in page
    assert '<h2 id="talk-h">1 comment</h2>' in page
    assert "ada@example.org" not in page
    assert used(app) == [True]


def test_guest_posts_as_a_fragment(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post), headers=HTMX)
    [comment] = stored(app)
    assert answer.status_code == 200
    assert f'id="comment-{comment.id}"' in answer.text
    assert "1 comment</hx-partial>" in answer.text
    assert kept(answer.text) == dict.fromkeys(["name", "title", "place", "email", "disclosure", "code", "body"], "")
    assert "<html" not in answer.text
    assert answer.text.count("<li") == 1


def form_of(page: str) -> str:
    """Returns the comment form in a page, without ends of lines, token, and what is said of a posted comment.

    A token tells the second it was made in: no two are alike.
    """
    form = page[page.index('<section id="leave"') :].partition("</section>")[0]
    return re.sub(r'\n|<p class="note".*?</p>|(?<=name="csrf_token" value=")[^"]*', "", form)


def test_the_form_that_comes_back_is_the_one_of_the_page(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn
) -> None:
    """Whoever asks, and whoever asked before: what is kept of it is every stranger's."""
    members = sign_in(make.account("bea@example.org"))
    for post in (make.post(), make.post("Another")):
        told = client.post(post.comments, data=WORDS | new_code(app, client, post), headers=HTMX).text
        assert form_of(told) == form_of(client.get(post.path).text)
        page = members.get(post.path).text
        token = {"csrf_token": hidden(page, "csrf_token"), "challenge": hidden(page)}
        told = members.post(post.comments, data={"body": "An answer."} | token, headers=HTMX).text
        assert hidden(told) not in {"", token["challenge"]} and 'name="place"' not in form_of(told)
        assert form_of(told).replace(hidden(told), "") == form_of(page).replace(token["challenge"], "")


def item_of(page: str, number: int) -> str:
    """Returns the item of a comment in a page, without what says that it was just posted."""
    item = page[page.index(f'" id="comment-{number}"') :].partition("</footer>")[0]
    return item.replace(' <span class="badge">Just posted</span>', "")


def test_what_is_shown_at_once_is_what_the_page_shows(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn
) -> None:
    post = make.post()
    guest = client.post(
        post.comments, data=WORDS | new_code(app, client, post) | {"disclosure": "I sell."}, headers=HTMX
    )
    first = stored(app)[0]
    member = sign_in(make.account("bea@example.org"))
    page = member.get(post.path).text
    token = {"csrf_token": hidden(page, "csrf_token"), "challenge": hidden(page), "parent": str(first.id)}
    answer = member.post(post.comments, data={"body": "An *answer*."} | token, headers=HTMX)
    page = member.get(post.path).text
    for told, comment in zip((guest.text, answer.text), stored(app), strict=True):
        assert item_of(told, comment.id) == item_of(page, comment.id)
    assert "I sell." in guest.text and f'hx-target="#comment-{first.id} ' in answer.text


def test_without_scripts_the_code_comes_with_every_word(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    first = client.post(post.comments, data=WORDS | {"disclosure": "I sell pens."})
    assert first.status_code == 422
    assert kept(first.text) == WORDS | {"disclosure": "I sell pens.", "code": ""}
    assert "One step is left" in first.text
    token = hidden(first.text)
    second = client.post(post.comments, data=kept(first.text) | {"challenge": token, "code": right_code(app, token)})
    assert second.status_code == 303
    assert stored(app)[0].disclosure == "I sell pens."


def test_who_left_fields_empty_is_not_told_that_one_step_is_left(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    first = client.post(post.comments, data=WORDS | {"name": ""})
    assert first.status_code == 422
    assert "One step is left" not in first.text and "Please look at the marked fields." in first.text
    assert 'id="name-error"' in first.text and 'id="code-error"' in first.text
    filled = kept(first.text) | {"name": "Ada", "challenge": (token := hidden(first.text))}
    assert client.post(post.comments, data=filled | {"code": right_code(app, token)}).status_code == 303


def test_new_code_button_keeps_the_words(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    code = new_code(app, client, post)
    answer = client.post(post.comments, data=WORDS | code | {"refresh": "yes"})
    assert answer.status_code == 200
    assert kept(answer.text) == WORDS | {"disclosure": "", "code": ""}
    assert hidden(answer.text) not in {"", code["challenge"]}
    assert stored(app) == [] and used(app) == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_wrong_code_keeps_the_words_and_burns_the_code(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]
) -> None:
    post = make.post()
    code = new_code(app, client, post)
    wrong = WORDS | code | {"code": wrong_code(code["code"])}
    answer = client.post(post.comments, data=wrong, headers=headers)
    assert answer.status_code == 422
    assert "not the digits in the picture" in answer.text
    assert kept(answer.text) == WORDS | {"disclosure": "", "code": ""}
    again = client.post(post.comments, data=WORDS | code, headers=headers)
    assert again.status_code == 422
    assert "used before" in again.text
    assert stored(app) == [] and used(app) == [False]


def test_old_code_says_so(app: Flask, client: FlaskClient, make: Make, travel: Callable[[int], None]) -> None:
    post = make.post()
    code = new_code(app, client, post)
    travel(3601)
    answer = client.post(post.comments, data=WORDS | code)
    assert answer.status_code == 422
    assert "expired" in answer.text
    assert kept(answer.text)["body"] == WORDS["body"]
    assert stored(app) == []


def test_code_of_another_post_is_refused(app: Flask, client: FlaskClient, make: Make) -> None:
    one, other = make.post("One"), make.post("Other")
    answer = client.post(one.comments, data=WORDS | new_code(app, client, other))
    assert answer.status_code == 422
    assert "not for this post" in answer.text
    assert stored(app) == []


@pytest.mark.parametrize("token", ["x", "a.b.c", "W10.x.y", "é", "x" * 5000, "\x00"])
def test_forged_challenge_is_refused(app: Flask, client: FlaskClient, make: Make, token: str) -> None:
    answer = client.post(make.post().comments, data=WORDS | {"challenge": token, "code": "12345"})
    assert answer.status_code == 422
    assert kept(answer.text)["body"] == WORDS["body"]
    assert stored(app) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("name", "Please give your name."),
        ("title", "Please give your professional title."),
        ("place", "Please say where you work or live."),
        ("body", "Please write your comment."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_missing_field_is_named_beside_it(
    app: Flask, client: FlaskClient, make: Make, name: str, words: str, headers: dict[str, str]
) -> None:
    post = make.post()
    answer = client.post(
        post.comments, data=WORDS | new_code(app, client, post) | {name: " \u200b\n\u202e"}, headers=headers
    )
    assert answer.status_code == 422
    assert f'<span class="error" id="{name}-error">{words}</span>' in answer.text
    assert re.search(rf'id="{name}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*{name}-error', answer.text)
    assert stored(app) == []


def test_right_code_is_not_asked_for_again(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    code = new_code(app, client, post)
    first = client.post(post.comments, data=WORDS | code | {"title": ""})
    assert first.status_code == 422
    assert 'name="code"' not in first.text
    assert used(app) == [True]
    assert client.post(post.comments, data=WORDS | code).status_code == 422  # the code had its one try
    again = WORDS | {"challenge": hidden(first.text)}
    posted = client.post(post.comments, data=again)
    assert posted.status_code == 303
    assert client.post(post.comments, data=again).headers["Location"] == posted.headers["Location"]
    assert len(stored(app)) == 1


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_repeat_is_answered_first(app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]) -> None:
    post = make.post()
    data = WORDS | new_code(app, client, post)
    first = client.post(post.comments, data=data, headers=headers)
    second = client.post(post.comments, data=data | {"code": "00000", "body": ""}, headers=headers)
    assert (second.status_code, second.headers.get("Location")) == (first.status_code, first.headers.get("Location"))
    assert len(stored(app)) == 1
    with app.app_context():
        assert db.session.get_one(Post, post.id).comment_count == 1


@pytest.mark.parametrize("seen", [{"earlier": None}, {"earlier": None, "used": False}], ids=["code", "nothing"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_overtaken_repeat_is_answered_too(
    app: Flask,
    client: FlaskClient,
    make: Make,
    headers: dict[str, str],
    seen: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same form was stored beside this request, after its first look: the look that comes too early is played.

    Where the look at the code comes too late as well, the database itself refuses the second.
    """
    post = make.post()
    data = WORDS | new_code(app, client, post)
    first = client.post(post.comments, data=data, headers=headers)
    look = queries.known

    def early(*asked: Any) -> tuple[Head, Known]:
        found, known = look(*asked) or pytest.fail("there is no such post")
        return found, replace(known, **seen)

    monkeypatch.setattr(queries, "known", early)
    second = client.post(post.comments, data=data, headers=headers)
    assert (second.status_code, second.headers.get("Location")) == (first.status_code, first.headers.get("Location"))
    assert len(stored(app)) == 1


def test_repeat_is_answered_after_the_code_expired(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[int], None]
) -> None:
    post = make.post()
    data = WORDS | new_code(app, client, post)
    first = client.post(post.comments, data=data)
    travel(7200)
    assert client.post(post.comments, data=data).headers["Location"] == first.headers["Location"]


def test_member_posts_without_a_code(app: Flask, make: Make, sign_in: SignIn) -> None:
    post, member = make.post(), make.account("Maeve O'Neil", title="Midwife", place="Galway")
    browser = sign_in(member)
    page = browser.get(post.path).text
    assert "You write as <b>Maeve O&#39;Neil</b>, Midwife, Galway." in page
    assert 'name="code"' not in page and "/captcha" not in page
    data = {"body": "From a member.", "challenge": hidden(page), "csrf_token": hidden(page, "csrf_token")}
    first = browser.post(post.comments, data=data | {"name": "Somebody Else"})
    again = browser.post(post.comments, data=data)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    [comment] = stored(app)
    assert (comment.name, comment.title, comment.place) == ("Maeve O'Neil", "Midwife", "Galway")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_members_words_survive_a_missing_token(
    app: Flask, make: Make, sign_in: SignIn, headers: dict[str, str]
) -> None:
    post = make.post()
    browser = sign_in(make.account())
    page = browser.get(post.path).text
    answer = browser.post(post.comments, data={"body": "Keep me.", "challenge": hidden(page)}, headers=headers)
    assert answer.status_code == 422
    assert "press the button once more" in answer.text
    assert kept(answer.text)["body"] == "Keep me."
    assert stored(app) == []


def test_members_key_is_nobody_elses(app: Flask, client: FlaskClient, make: Make, sign_in: SignIn) -> None:
    post = make.post()
    key = hidden(sign_in(make.account()).get(post.path).text)
    assert client.post(post.comments, data=WORDS | {"challenge": key}).status_code == 422
    other = sign_in(make.account())
    token = hidden(other.get(post.path).text, "csrf_token")
    answer = other.post(post.comments, data={"body": "x", "challenge": key, "csrf_token": token})
    assert answer.status_code == 422
    assert stored(app) == []


def test_reply_stands_under_what_it_answers(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    root = make.comment(post, "First.", name="Ben Root")
    reply = make.comment(post, "Second.", parent=root, name="Cyn Reply")
    page = client.get(f"{post.path}?reply={reply}")
    assert "You are answering <b>Cyn Reply</b>" in page.text
    # One level deep: an answer to an answer joins it under the first comment.
    data = WORDS | new_code(app, client, post) | {"parent": str(reply)}
    answer = client.post(post.comments, data=data, headers=HTMX)
    assert f'hx-target="#comment-{root} &gt; ol"' in answer.text
    assert stored(app)[-1].parent_id == root


@pytest.mark.parametrize("parent", ["999999", "-1", "x", "9" * 30, "1e3", "²"])
def test_unknown_parent_keeps_the_words(app: Flask, client: FlaskClient, make: Make, parent: str) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post) | {"parent": parent})
    assert answer.status_code == 422
    assert "no longer here" in answer.text
    assert kept(answer.text)["body"] == WORDS["body"]
    assert hidden(answer.text, "parent") == ""


def test_parent_of_another_post_is_unknown(app: Flask, client: FlaskClient, make: Make) -> None:
    one, other = make.post("One"), make.post("Other")
    foreign = make.comment(other)
    answer = client.post(one.comments, data=WORDS | new_code(app, client, one) | {"parent": str(foreign)})
    assert answer.status_code == 422
    assert len(stored(app)) == 1


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    ("columns", "status", "words"),
    [
        ({"comments_open": False}, 403, "Comments are closed"),
        ({"state": State.WITHDRAWN}, 410, "This post was withdrawn"),
    ],
)
def test_closed_post_gives_the_words_back(
    app: Flask,
    client: FlaskClient,
    make: Make,
    columns: dict[str, object],
    status: int,
    words: str,
    headers: dict[str, str],
) -> None:
    post = make.post(**columns)  # type: ignore[arg-type]
    answer = client.post(post.comments, data=WORDS, headers=headers)
    assert answer.status_code == (422 if headers else status)
    assert words in answer.text
    assert "Potassium &lt;3.5" in answer.text
    assert stored(app) == []


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED])
def test_unpublished_post_is_unknown(app: Flask, client: FlaskClient, make: Make, state: State) -> None:
    assert client.post(make.post(state=state).comments, data=WORDS).status_code == 404


def test_page_takes_comments(app: Flask, client: FlaskClient, make: Make) -> None:
    page = make.post("About", kind="page")  # type: ignore[arg-type]
    assert page.path.startswith("/pages/")
    answer = client.post(page.comments, data=WORDS | new_code(app, client, page))
    assert answer.headers["Location"].startswith(page.path)


def test_body_over_the_limit_keeps_every_word(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    long = "word " * 2001
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post) | {"body": long})
    assert answer.status_code == 422
    assert "at most 10,000 characters" in answer.text
    assert kept(answer.text)["body"] == long.strip()


def test_ten_megabytes_are_refused_clearly(client: FlaskClient, make: Make) -> None:
    answer = client.post(make.post().comments, data=WORDS | {"body": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "larger than this site accepts" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        "a\x00b",
        b"broken \xff\xfe unicode",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\u202eabc",
        "e\u0301",
    ],
)
def test_odd_characters_are_stored_or_dropped_never_an_error(
    app: Flask, client: FlaskClient, make: Make, body: str | bytes
) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post) | {"body": body})
    assert answer.status_code == 303
    assert "\x00" not in stored(app)[0].body
    assert client.get(post.path).status_code == 200


def test_get_is_refused(client: FlaskClient, make: Make) -> None:
    assert client.get(make.post().comments).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_foreign_form_is_refused(app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]) -> None:
    post = make.post()
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post), headers=headers)
    assert answer.status_code == 403
    assert "sent from another site" in answer.text
    assert stored(app) == []


def test_own_origin_is_accepted(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(post.comments, data=WORDS | new_code(app, client, post), headers=headers).status_code == 303


def test_markup_in_a_comment_is_shown_as_typed(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[int], None]
) -> None:
    post = make.post()
    body = (
        '<script>x</script> <b hx-get="/x">b</b> [a](javascript:x) ![i](http://e.example/i.png) <https://example.org>'
    )
    code = new_code(app, client, post)
    travel(60)  # a link within two seconds would be held
    client.post(post.comments, data=WORDS | code | {"body": body})
    page = client.get(post.path).text
    said = page[page.index('class="said"') : page.index("</footer>")]
    assert "<script" not in said and "<b " not in said and 'javascript:x"' not in said and "<img" not in said
    assert "&lt;script&gt;" in said
    assert 'rel="nofollow ugc noopener"' in said


def test_long_thread_has_pages_and_leads_to_the_new_comment(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    ids = [make.comment(post, f"Number {number}.") for number in range(101)]
    first = client.get(post.path).text
    assert f"comment-{ids[99]}" in first and f'id="comment-{ids[100]}"' not in first
    later = f"{post.path}?after={ids[99]}"
    assert f'href="{later}#talk"' in first
    assert f'id="comment-{ids[100]}"' in client.get(later).text
    answer = client.post(post.comments, data=WORDS | new_code(app, client, post))
    where, _, anchor = answer.headers["Location"].partition("#")
    assert f'id="{anchor}"' in client.get(where).text
