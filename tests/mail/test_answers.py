"""What a relay's answer means, by the step it answers and its code."""

import smtplib
import socket
import ssl

import pytest

from hcpov.mail.answers import Away, Later, Refused, Step, broken, sorted_out

ADDRESS, MESSAGE, LATER, AWAY = "address", "message", "later", "away"


def meaning(step: Step, answer: str) -> str:
    """Returns in a word what an answer means."""
    code, _, words = answer.partition(" ")
    found = sorted_out(step, int(code), words.encode())
    assert "@" not in str(found), "an answer's words may hold the address"
    if isinstance(found, Refused):
        return ADDRESS if found.code else MESSAGE
    return {Later: LATER, Away: AWAY}[type(found)]


@pytest.mark.parametrize(
    ("step", "answer", "means"),
    [
        (Step.RECIPIENT, "550 5.1.1 <ada@example.org> unknown", ADDRESS),
        (Step.RECIPIENT, "550 5.1.10 null MX", ADDRESS),
        (Step.RECIPIENT, "551 5.1.6 moved", ADDRESS),
        (Step.RECIPIENT, "550 5.2.1 disabled", ADDRESS),
        (Step.RECIPIENT, "550 no such mailbox", ADDRESS),
        (Step.RECIPIENT, "553 mailbox name invalid", ADDRESS),
        (Step.END, "550 5.1.1 unknown", ADDRESS),
        (Step.RECIPIENT, "550 5.2.2 full", MESSAGE),
        (Step.RECIPIENT, "550 5.7.1 not welcome", MESSAGE),
        (Step.RECIPIENT, "550 5.4.1 relay access denied", MESSAGE),
        (Step.RECIPIENT, "550 Relaying denied for ada@example.org", MESSAGE),
        (Step.RECIPIENT, "550 blocked using a list", MESSAGE),
        (Step.RECIPIENT, "554 transaction failed", MESSAGE),
        (Step.RECIPIENT, "552 exceeded storage", MESSAGE),
        (Step.END, "550 no", MESSAGE),
        (Step.END, "554 5.7.1 policy", MESSAGE),
        (Step.END, "554 5.6.0 what is this", MESSAGE),
        (Step.SENDER, "552 5.3.4 too large", MESSAGE),
        (Step.RECIPIENT, "450 4.2.1 busy", LATER),
        (Step.RECIPIENT, "452 4.5.3 too many", LATER),
        (Step.END, "451 later", LATER),
        (Step.DATA, "451 later", LATER),
        (Step.END, "999 what", LATER),  # nobody knows whether it was taken
        (Step.SENDER, "550 5.1.1 unknown", AWAY),
        (Step.SENDER, "550 5.7.1 who are you", AWAY),
        (Step.SENDER, "451 4.3.0 later", AWAY),
        (Step.RECIPIENT, "550 5.1.8 bad sender's domain", AWAY),
        (Step.RECIPIENT, "550 5.1.7 bad sender", AWAY),
        (Step.RECIPIENT, "530 5.7.0 sign in", AWAY),
        (Step.RECIPIENT, "421 closing", AWAY),
        (Step.DATA, "421 4.3.2 closing", AWAY),
        (Step.RECIPIENT, "-1 rubbish", AWAY),
        (Step.CALL, "554 no", AWAY),
    ],
)
def test_an_answer_means(step: Step, answer: str, means: str) -> None:
    assert meaning(step, answer) == means


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(), "nothing answers at the relay's address and port"),
        (socket.gaierror(), "DNS does not know the relay's name"),
        (ssl.SSLCertVerificationError(), "the relay's certificate or TLS is not good enough"),
        (TimeoutError(), "the relay gave no answer to the call"),
        (smtplib.SMTPServerDisconnected("closed"), "the relay hung up at the call"),
        (smtplib.SMTPAuthenticationError(535, b"ada@example.org"), "the relay answered 535 to the call"),
        (ConnectionResetError(), "the relay cannot be reached: ConnectionResetError"),
    ],
)
def test_a_line_that_breaks_is_told_in_words(error: OSError | smtplib.SMTPException, said: str) -> None:
    found = broken(Step.CALL, error)
    assert isinstance(found, Away) and str(found) == said
