"""What a relay's answer means: for the address, for the message, or for us.

Sorted by the step that it answers and by its enhanced status code (RFC 3463), so that a mistake of ours or of the
relay condemns nobody's address.
"""

import re
import smtplib
import socket
import ssl
from enum import Enum


class Step(Enum):
    """What the relay was asked, in the order in which it is."""

    CALL = "the call"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    DATA = "the text"
    END = "the end of the text"


class Away(Exception):
    """The relay takes nothing just now, whatever it is given. No message is to blame."""


class Later(Exception):
    """The relay does not take this message now. With `silent` it said nothing, after the whole text was sent."""

    def __init__(self, problem: str, silent: bool = False) -> None:
        super().__init__(problem)
        self.silent = silent


class Refused(Exception):
    """The relay will never take this message. With `code` it is the address that it refuses."""

    def __init__(self, problem: str, code: str = "") -> None:
        super().__init__(problem)
        self.code = code


SILENCE = "the relay gave no answer to the whole text"
STATUS = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
# RFC 3463 3.2 and 3.3: bad or ambiguous mailbox or system, has moved, is disabled; RFC 7505: takes no mail.
NO_SUCH_ADDRESS = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}
OUR_SENDER = {"5.1.7", "5.1.8"}  # bad syntax or system of the sender
TOO_LARGE = {"5.2.3", "5.3.4"}
NO_MAILBOX = {550, 551, 553}  # RFC 5321 4.2.3, where no enhanced code says more
SIGN_IN = {530, 534, 535, 538}
# Relays that give no enhanced code refuse with 550 too when it is us whom they do not trust.
ABOUT_US = re.compile(rb"(?i)relay|authenti|sender|polic|block|spam|denied|not permitted|not allowed|reputation")


def sorted_out(step: Step, code: int, words: bytes) -> Away | Later | Refused:
    """Returns what follows from an answer that was no yes. Its words are not kept: they often hold the address."""
    found = STATUS.match(words)
    status = found[1].decode() if found else ""
    said = f"{code} {status}".strip()
    if not 400 <= code < 600:  # neither yes nor no
        return Later(SILENCE, silent=True) if step is Step.END else Away(f"the relay answered {said} to {step.value}")
    if code == 421 or code in SIGN_IN or status in OUR_SENDER:
        return Away(f"the relay answered {said} to {step.value}")
    if status in TOO_LARGE or code == 552 or status.startswith("5.6."):
        return Refused(f"refused with {said}")
    if step in {Step.CALL, Step.SENDER}:
        return Away(f"the relay answered {said} to {step.value}")
    if code < 500:
        return Later(f"put off with {said}")
    if status in NO_SUCH_ADDRESS:
        return Refused(f"refused with {said}", said)
    if step is Step.RECIPIENT and not status and code in NO_MAILBOX and not ABOUT_US.search(words):
        return Refused(f"refused with {said}", said)
    return Refused(f"refused with {said}")


def broken(step: Step, error: OSError | smtplib.SMTPException) -> Away | Later:
    """Returns what follows when the line broke, or the relay fell silent, at a step.

    Only after the end of the text may it have taken the message.
    """
    if step is Step.END:
        return Later(SILENCE, silent=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return Away(f"the relay answered {error.smtp_code} to {step.value}")
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return Away(f"the relay gave no answer to {step.value}")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Away(f"the relay hung up at {step.value}")
    if isinstance(error, ssl.SSLError):
        return Away("the relay's certificate or TLS is not good enough")
    if isinstance(error, socket.gaierror):
        return Away("DNS does not know the relay's name")
    if isinstance(error, ConnectionRefusedError):
        return Away("nothing answers at the relay's address and port")
    return Away(f"the relay cannot be reached: {type(error).__name__}")
