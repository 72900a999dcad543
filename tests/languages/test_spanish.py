"""A site in Spanish, from the first page to the last letter, with scripts and without."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select

from hcpov import clock, languages
from hcpov.app import create_app
from hcpov.auth.models import ADMIN
from hcpov.captcha import challenges, speech
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.mail import turns
from hcpov.mail.models import Message
from hcpov.ops import terminal
from hcpov.ops.backups import findings, places
from hcpov.ops.examination import examine
from hcpov.web.headers import build
from tests.forms import HTMX, WORDS, hidden, new_code, right_code
from tests.languages.conftest import Speaking
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
BOTH = pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])


def letters(app: Flask) -> list[Message]:
    """Returns the letters that wait, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(Message).order_by(Message.id)))


def test_pages_say_that_they_are_spanish(client: FlaskClient, make: Make, spanish: None) -> None:
    post = make.post()
    make.comment(post)
    for path in ("/", post.path, "/blogs/", "/sign-in", "/no-such-page/"):
        assert '<html lang="es">' in client.get(path).text, path
    page = client.get(post.path).text
    assert "28 de enero de 2013, 11:13" in page
    assert "1 comentario<" in page and "1 minuto de lectura" in page
    assert " comment" not in re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).lower()


def test_numbers_are_written_as_in_spanish(app: Flask, client: FlaskClient, make: Make, spanish: None) -> None:
    post = make.post(comment_count=1234)
    assert "1.234 comentarios" in client.get(post.path).text
    with app.app_context():
        assert languages.figure(1234567) == "1.234.567"
        assert languages.figure(1234.5, 1) == "1.234,5"
        assert languages.ngettext("%(num)s comment", "%(num)s comments", 1) == "1 comentario"


def test_moments_are_written_as_in_spanish(app: Flask, spanish: None) -> None:
    at = datetime(2013, 1, 28, 16, 13, tzinfo=UTC)
    with app.app_context():
        assert languages.long_date(at) == "28 de enero de 2013"
        assert languages.month_name(2013, 1) == "enero de 2013"
        assert languages.ago(at, at) == "ahora mismo"
        assert languages.ago(at, at + timedelta(minutes=1)) == "hace 1 minuto"
        assert languages.ago(at, at + timedelta(hours=23)) == "hace 23 horas"
        assert languages.ago(at, at + timedelta(days=3)) == "hace 3 días"
        assert languages.ago(at, at + timedelta(days=40)) == "28 de enero de 2013"


def test_english_moments_are_what_they_were(app: Flask) -> None:
    at = datetime(2013, 1, 28, 16, 13, tzinfo=UTC)
    with app.app_context():
        assert languages.long_moment(at) == "January 28, 2013 11:13 AM"  # with blanks, not U+202F
        assert languages.figure(1204) == "1,204"
        assert languages.ago(at, at + timedelta(hours=2)) == "2 hours ago"


@BOTH
def test_a_comment_without_anything(client: FlaskClient, make: Make, headers: dict[str, str], spanish: None) -> None:
    post = make.post()
    answer = client.post(post.comments, data={"name": " "}, headers=headers)
    assert answer.status_code == 422
    for words in (
        "Escriba las cifras de la imagen",
        "Escriba su nombre, por favor.",
        "Escriba su comentario, por favor.",
    ):
        assert words in answer.text
    assert ("<html" in answer.text) == (not headers)


@BOTH
def test_a_comment_is_posted(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str], spanish: None
) -> None:
    post = make.post()
    fields = WORDS | {"body": "Aquí también."} | new_code(app, client, post)
    answer = client.post(post.comments, data=fields, headers=headers, follow_redirects=True)
    assert "Su comentario está publicado." in answer.text
    assert "su resguardo" in answer.text


def test_what_may_identify_a_patient(app: Flask, client: FlaskClient, make: Make, spanish: None) -> None:
    post = make.post()
    fields = WORDS | {"body": "Call me on 918-555-0100 about him."} | new_code(app, client, post)
    page = client.post(post.comments, data=fields).text
    assert "Esto puede identificar a un paciente." in page
    assert "un número de teléfono o de fax" in page


def test_held_comments_say_why(make: Make, sign_in: SignIn, spanish: None) -> None:
    post = make.post()
    make.comment(post, state="held", reasons=["3 links", "the word “cure”", "may identify a patient: a person's name"])
    page = sign_in(make.account(roles=(ADMIN,))).get("/desk/held").text
    for words in ("3 enlaces", "la palabra «cure»", "puede identificar a un paciente: el nombre de una persona"):
        assert words in page
    assert "Redacción" in page


def test_joining(app: Flask, client: FlaskClient, spanish: None) -> None:
    wrong = client.post("/join", data={"name": "Inés", "email": "ines", "password": "corta"}).text
    assert "Todavía no. Mire los campos marcados, por favor." in wrong
    assert "Esto no parece una dirección de correo electrónico." in wrong
    fields = {"name": "Inés", "title": "Médica", "place": "Lugo", "email": "ines@example.org"}
    client.post("/join", data=fields | {"password": "siete salas y una tetera"})
    letter = letters(app)[-1]
    assert letter.subject == "Confirme su dirección, por favor"
    assert letter.text.startswith("Hola:\n\nUsted se ha registrado en Health Care POV")


def test_words_of_the_forms_library_come_with_the_site(client: FlaskClient, spanish: None) -> None:
    with client:
        page = client.post("/join", data={"name": "I" * 500, "email": "ines@example.org", "password": "corta"}).text
        assert "El campo no puede tener más de 80 caracteres." in page
        assert not hasattr(request, "wtforms_translations"), "Flask-WTF read its file for this request"


def test_signing_in(client: FlaskClient, make: Make, sign_in: SignIn, spanish: None) -> None:
    account = make.account()
    wrong = client.post("/sign-in", data={"email": account.email, "password": "otra"}).text
    assert "Esta dirección y esta contraseña no van juntas." in wrong
    browser = sign_in(account)
    assert "Su cuenta" in browser.get("/account/").text
    token = hidden(browser.get("/account/password").text, "csrf_token")
    fields = {"password": account.password, "new_password": "corta", "csrf_token": token}
    short = browser.post("/account/password", data=fields)
    assert "Use al menos 8 caracteres, por favor." in short.text  # Flask-Security's form, our words


def test_asking_for_news(app: Flask, client: FlaskClient, make: Make, spanish: None) -> None:
    make.post()
    client.post("/updates", data={"email": "lector@example.org"})
    letter = letters(app)[-1]
    assert "Entradas nuevas en Health Care POV" in letter.text
    assert "Para decir que sí, abra esta dirección y pulse el botón:" in letter.text


def test_own_pages_of_the_site(client: FlaskClient, spanish: None) -> None:
    assert "No se guarda nada y no se pone ninguna cookie." in client.get("/pages/privacy/").text
    assert "Normas de los comentarios" in client.get("/pages/comment-policy/").text
    assert "WCAG" in client.get("/pages/accessibility/").text


def test_feeds(client: FlaskClient, make: Make, spanish: None) -> None:
    make.post()
    assert 'xml:lang="es"' in client.get("/feed.atom").text
    assert "<language>es</language>" in client.get("/feed.rss").text
    assert client.get("/feed.json").json["language"] == "es"  # type: ignore[index]


def test_the_setting_makes_a_spanish_site(app: Flask, settings: Settings, tmp_path: Path) -> None:
    storage = huey.app, huey.storage
    try:
        own = create_app(replace(settings, instance=tmp_path, database_url=settings.database, language="es"))
        page = own.test_client().get("/sign-in").text
        with own.app_context():
            db.engine.dispose()
    finally:
        huey.app, huey.storage = storage
    assert '<html lang="es">' in page and "Iniciar sesión" in page


def test_finished_pages_of_another_language_are_not_found(settings: Settings) -> None:
    assert build(settings) != build(replace(settings, language="es"))


def test_health_is_said_in_spanish_at_the_desk_and_in_english_on_a_terminal(
    app: Flask, make: Make, sign_in: SignIn, spanish: None, capsys: pytest.CaptureFixture[str]
) -> None:
    page = sign_in(make.account(roles=(ADMIN,))).get("/desk/health").text
    assert "<b>Base de datos</b>" in page and "La base de datos está íntegra." in page and 'lang="en"' not in page
    with app.app_context():
        terminal.tell(examine(app.config["HCPOV"], "build"))
        assert languages.gettext("Database") == "Base de datos"  # English ends with the command
    said = capsys.readouterr().out
    assert "Database: The database is whole." in said and "datos" not in said


def test_what_a_rehearsal_wrote_down_is_marked_as_english(
    app: Flask, make: Make, sign_in: SignIn, spanish: None
) -> None:
    path = places.folder(app.config["HCPOV"]) / findings.FILE
    path.parent.mkdir(exist_ok=True)
    found = {"moment": clock.now().isoformat(), "ok": True, "words": "It can be put back.", "seconds": 1.0, "size": 1}
    path.write_text(json.dumps(found), encoding="utf-8")
    page = sign_in(make.account(roles=(ADMIN,))).get("/desk/health").text
    path.unlink()
    assert 'junto al sitio: <span lang="en">It can be put back.</span>' in page


def test_why_mail_stands_still_is_said_in_spanish(app: Flask, make: Make, sign_in: SignIn, spanish: None) -> None:
    with app.app_context():
        turns.pause("the relay answered 554 5.7.1 to the sender, 3 times in a row")
        db.session.commit()
    page = sign_in(make.account(roles=(ADMIN,))).get("/desk/mail").text
    assert "el servidor de correo respondió 554 5.7.1 ante el remitente, 3 veces seguidas" in page


def test_a_spanish_site_speaks_spanish(app: Flask, client: FlaskClient, make: Make, spanish: None) -> None:
    page = client.get(f"/captcha?for={make.post().id}").text
    assert "inglés" not in page and "Escuchar" in page
    answer = client.get(f"/captcha/{hidden(page)}/audio")
    with app.app_context():
        challenge = challenges.read(hidden(page))
        assert challenge is not None
        assert answer.data == speech.speak(right_code(app, hidden(page)), challenges.seed(challenge.nonce), "es")


def test_a_site_whose_language_nobody_speaks_says_so(client: FlaskClient, make: Make, speaking: Speaking) -> None:
    path = f"/captcha?for={make.post().id}"
    assert "They are spoken in English." not in client.get(path).text
    with speaking("ar"):
        assert "They are spoken in English." in client.get(path).text
