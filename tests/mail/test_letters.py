"""What a message looks like on its way: no header that nobody wrote, every address as a relay takes it."""

import email
from email import policy
from email.message import EmailMessage

import pytest

from hcpov.mail.addresses import NoAddress, mailbox, masked
from hcpov.mail.letters import checked, written
from tests.mail.conftest import Outbox
from tests.post_office import PostOffice, open_post_office, words

HOSTILE = [
    "Ada\r\nBcc: eve@evil.example",
    "Ada\nBcc: eve@evil.example",
    "Ada\rBcc: eve@evil.example",
    "Ada\u2028Bcc: eve@evil.example",
    "Ada\x0b\x0cBcc: eve@evil.example",
    "Ada\x85Bcc: eve@evil.example",
    "Ada\0Bcc: eve@evil.example",
    "\u202eBcc: eve@evil.example",
    "=?utf-8?q?a=0D=0ABcc:_eve@evil.example?=",
    "Ä" * 500,
    "x" * 5000,
    "Ada \U0001f468\u200d\U0001f52c Ünï\ud800code",
]
LONG = "https://pov.example.org/updates/" + "a1B2-_." * 40


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_begin_a_header(outbox: Outbox, post_office: PostOffice, text: str) -> None:
    outbox.settings(site_name=text.encode("utf-8", "ignore").decode())
    outbox.put(subject=text, text=f"Dear {text}", html=f"<p>{text}</p>", headers={"List-Id": f"{text} <a.b>"})
    assert outbox.send() == 1
    [mail] = post_office.arrived
    assert mail["Bcc"] is None and mail["To"] == "ada@example.org"
    assert {name.lower() for name in mail} <= {
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "list-id", "content-type", "mime-version"),
        *("content-transfer-encoding", "x-peer", "x-mailfrom", "x-rcptto"),
    }
    assert max(len(line) for line in mail.as_bytes(policy=policy.SMTP).splitlines()) < 998
    assert post_office.recipients == ["ada@example.org"]


@pytest.mark.parametrize("name", ["Bcc", "to", "Content-Type", "MIME-Version", "Bad Name", "X:Y", "A\r\nB", "", "É"])
def test_a_header_that_is_ours_or_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no header that a message may bring"):
        checked({name: "x"})


def test_a_message_has_both_of_its_forms(outbox: Outbox, post_office: PostOffice) -> None:
    headers = {
        "List-Unsubscribe": f"<{LONG}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "Böardroom Buzz <boardroom-buzz.pov.example.org>",
    }
    outbox.put(subject="Ärzte & Pflege " * 10, text=f"Ärztin\n.\n..\n{LONG}", html="<p>Ärztin</p>", headers=headers)
    assert outbox.send() == 1
    [mail] = post_office.arrived
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert isinstance(text, EmailMessage) and words(text) == f"Ärztin\n.\n..\n{LONG}\n"
    assert isinstance(html, EmailMessage) and words(html) == "<p>Ärztin</p>\n"
    assert [html.get_content_type(), text.get_content_type()] == ["text/html", "text/plain"]
    raw = mail.as_bytes(policy=policy.compat32)
    assert f"<{LONG}>".encode() in raw, "a mail program reads it as it is, or not at all"
    assert str(mail["List-Id"]) == headers["List-Id"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = outbox.row
    assert (row.text, row.html, row.headers) == ("", "", {})


def test_it_travels_in_seven_bits(outbox: Outbox) -> None:
    outbox.put(text="Ä" * 3000, html="<p>" + "é" * 3000 + "</p>")
    with outbox.app.app_context():
        raw = written(outbox.row).as_bytes()
    assert raw.isascii() and max(map(len, raw.splitlines())) < 100
    assert email.message_from_bytes(raw)["MIME-Version"] == "1.0"


@pytest.mark.parametrize(
    ("address", "travels"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada+news@Example.org", "Ada+news@Example.org"),
        ('"ada o\'neil"@example.org', '"ada o\'neil"@example.org'),
        ('"a\\"b,c"@example.org', '"a\\"b,c"@example.org'),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ops@localhost", "ops@localhost"),
    ],
)
def test_an_address_travels(outbox: Outbox, post_office: PostOffice, address: str, travels: str) -> None:
    outbox.put(to=address)
    assert outbox.send() == 1
    [mail] = post_office.arrived
    assert post_office.tried == [travels]
    assert str(mail["To"]) == travels


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org\r\nRCPT TO:<eve@evil.example>",
        "ada@exa\nmple.org",
        "ada@example.org,eve@evil.example",
        "Ada <ada@example.org>",
        "<ada@example.org>",
        "ada@example..org",
        "a b@example.org",
        "ada@\u2024example.org\0",
        "=?utf-8?q?x=0D=0ABcc=3A_eve=40evil.example?=@example.org",
        '"=?utf-8?q?x=0D=0ABcc=3A_eve=40evil.example?="@example.org',
        "x" * 300 + "@example.org",
    ],
)
def test_what_is_no_address_is_given_up_and_holds_up_nobody(
    outbox: Outbox, post_office: PostOffice, address: str
) -> None:
    outbox.put("bad", to=address)
    outbox.put("good")
    assert outbox.send() == 1
    assert post_office.tried == ["ada@example.org"]
    assert outbox.rows[0].problem == "no address that mail can be sent to"
    with pytest.raises(NoAddress):
        mailbox(address)


def test_letters_outside_ascii_go_where_they_are_understood(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put("one", to="josé@bücher.example")
    assert outbox.send() == 0
    row = outbox.row
    assert row.gave_up_at is not None and row.problem == "the relay takes no letters outside ASCII in an address"
    assert outbox.refused == [], "another relay may take it"
    with open_post_office(enable_SMTPUTF8=True) as office:
        outbox.settings(smtp_url=f"smtp://127.0.0.1:{office.port}")
        outbox.put("two", to="josé@bücher.example", subject="Ä")
        outbox.put("three")
        assert outbox.send() == 2
        assert office.tried == ["josé@xn--bcher-kva.example", "ada@example.org"]
        assert office.arrived[0]["Subject"] == "Ä"


def test_a_message_that_cannot_be_written_holds_up_nobody(
    outbox: Outbox, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_at: object) -> str:
        raise IndexError("a mistake in a library")

    monkeypatch.setattr("hcpov.mail.letters.format_datetime", broken)
    outbox.put("odd", to="odd@example.org")
    assert outbox.send() == 0
    assert outbox.row.problem == "it cannot be written as a letter"


def test_a_sender_that_is_no_address_is_about_us(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.settings(mail_from="a,b@example.org")
    outbox.put()
    assert outbox.send() == 0
    assert outbox.row.gave_up_at is None
    assert outbox.relay is not None and outbox.relay.problem == "HCPOV_MAIL_FROM is no address"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("maeve@example.org", "m…@example.org"), ('"a@b"@x.org', '"…@x.org'), ("nobody", "…"), ("", "…")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
