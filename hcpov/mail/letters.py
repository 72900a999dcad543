"""A message as it travels (RFC 5322, 2045, 8058)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from textwrap import wrap
from typing import Any

from hcpov import config
from hcpov.mail.addresses import Mailbox, NoAddress, mailbox
from hcpov.mail.answers import Away
from hcpov.mail.models import ADDRESS_LENGTH, SUBJECT_LENGTH, Message
from hcpov.text.plain import clean, one_line

WIDTH, LONGEST = 76, 900  # characters of a line; RFC 5322 2.1.1 lets a line have 998
NAME_LENGTH = 100
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
OURS = {"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "return-path", "received"}
OURS |= {"auto-submitted", "dkim-signature"}


class LetterPolicy(EmailPolicy):
    """Folds lines of ASCII between words and nowhere else.

    Python's own folding would put a long address, such as that of List-Unsubscribe, into the code for foreign letters,
    which no mail program reads there.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Returns a header's lines."""
        text = str(value)
        if name.lower() in {"to", "from"} or not text.isascii():
            return super().fold_binary(name, value)
        if " " not in text:  # one address stays on its line, however long: not every program reads on (RFC 8058 3.1)
            return f"{name}: {text}\r\n".encode("ascii")
        lines = wrap(f"{name}: {text}", WIDTH, break_long_words=False, break_on_hyphens=False)
        return ("\r\n ".join(lines) + "\r\n").encode("ascii")


# Seven bits: no relay on the way needs to write anything anew, which would break the signature of ours.
POLICY = LetterPolicy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True)
class Letter:
    """A message ready to travel, from and to whom."""

    sender: str
    recipient: Mailbox
    mail: EmailMessage


def checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Returns headers in which no value can begin another one. Raises ValueError for a name that is ours to set."""
    safe = {}
    for name, value in (headers or {}).items():
        if not HEADER.fullmatch(name) or name.lower() in OURS or name.lower().startswith(("content-", "mime-")):
            raise ValueError(f"{name!r} is no header that a message may bring")
        safe[name] = in_header(value)[:LONGEST]
    return safe


def stored(to: str, subject: str, text: str, html: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
    """Returns the columns of a message. Raises what `checked` does.

    An address that is none becomes empty, and the message is given up: a mended one might be somebody else's.
    """
    return {
        "to": to if to.isprintable() and len(to) <= ADDRESS_LENGTH else "",
        "subject": one_line(subject)[:SUBJECT_LENGTH],  # a line feed would begin a header of its own
        "text": clean(text),
        "html": clean(html),
        "headers": checked(headers),
    }


def in_header(text: str) -> str:
    """Returns words as a header can hold them: on one line, and in no code.

    Python decodes the code for foreign letters in what it is given, and writes out a line end that was hidden in it.
    """
    return one_line(text).replace("=?", "= ?")


def letter(message: Message) -> Letter:
    """Returns a message ready to travel. Raises NoAddress, and Away when it is our own address that is none."""
    return Letter(_sender(), mailbox(message.to), written(message))


def written(message: Message) -> EmailMessage:
    """Returns the message as it travels. Raises what `letter` does.

    Its Message-ID follows from the row: should it be sent twice, mail programs can know it as one (RFC 5322 3.6.4).
    """
    sender, to = _sender(), mailbox(message.to)
    mark = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:32]
    mail = EmailMessage(policy=POLICY.clone(utf8=to.is_international))
    mail["From"] = Address(in_header(config.current().site_name)[:NAME_LENGTH], addr_spec=sender)
    mail["To"] = to.address
    mail["Subject"] = in_header(message.subject)
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{mark}.{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: nobody's holiday answer comes back
    for name, value in message.headers.items():
        mail[name] = value
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def _sender() -> str:
    try:
        return mailbox(config.current().sender).address
    except NoAddress:
        raise Away("HCPOV_MAIL_FROM is no address") from None
