"""The way from the outbox to the relay.

A message is marked as sent by a commit of its own, right after the relay said that it took it. Between the relay's yes
and the end of that commit lies the only window in which a message can be sent twice: a worker that is killed there, or
a line that breaks before the relay's yes is heard, leaves a message that was taken and is not marked. It is sent again,
with the same Message-ID. Nowhere else is a message lost or repeated: before the window it waits under a lease, and
after it it is marked.
"""

import logging
from threading import Event

import click
from flask import current_app

from hcpov import config, writing
from hcpov.mail import actions, letters
from hcpov.mail.addresses import NoAddress
from hcpov.mail.answers import Away, Later, Refused
from hcpov.mail.models import Message
from hcpov.mail.relay import Line

IN_A_ROW = 3  # messages that were refused for no fault of their address: it is about us, so all wait

log = logging.getLogger(__name__)
stop = Event()  # set when the worker is told to end: what is on its way is sent, and nothing more


def send_due() -> int:
    """Sends what is due and returns how many messages were sent. Commits after each.

    A relay that cannot be reached ends the go. All messages then wait for a while, and none of them is to blame.
    """
    settings, sent, ours = config.current(), 0, 0
    if not settings.smtp_url and not settings.is_local:
        log.warning("no mail is sent: HCPOV_SMTP_URL names no relay")
        return 0
    with Line(settings.smtp_url) as line:
        while not stop.is_set() and (message := actions.claim(settings.mail_rate)):
            if (wait := actions.wait_for(message)) and stop.wait(wait):
                actions.give_back(message)
                break
            try:
                with current_app.extensions[writing.EXTENSION].share() as allowed:
                    if not allowed:  # an upgrade is under way: the message waits under its lease, and is not sent twice
                        break
                    was_sent = _deliver(line, message)
                if was_sent:
                    sent, ours = sent + 1, 0
                    continue
            except Away as away:
                log.warning("no mail is sent just now: %s", away)
                actions.give_back(message)
                actions.pause(str(away))
                break
            except _AboutUs as refusal:
                ours += 1
                if ours == IN_A_ROW:
                    log.warning("no mail is sent just now: %s, %s times in a row", refusal, ours)
                    actions.pause(f"{refusal}, {ours} times in a row")
                    break
    return sent


class _AboutUs(Exception):
    """A message was not taken, and its address is not the reason."""


def _deliver(line: Line, message: Message) -> bool:
    """Sends one message and commits what became of it; says whether it was sent. Raises Away and _AboutUs."""
    try:
        letter = letters.letter(message)
    except NoAddress as problem:
        actions.mark_refused(message, str(problem))
        return False
    except Away:
        raise
    except Exception as problem:  # whatever is odd about one message, the others must not wait for it
        log.error("message %s cannot be written: %s", message.id, type(problem).__name__)
        actions.mark_refused(message, "it cannot be written as a letter")
        return False
    if not line.parts.scheme:
        _print(message)
        actions.mark_sent(message)
        return True
    try:
        line.send(letter)
    except Refused as refused:
        actions.mark_refused(message, str(refused), refused.code)
        if not refused.code:
            raise _AboutUs(str(refused)) from None
    except Later as later:
        log.warning("message %s was not taken: %s", message.id, later)
        actions.mark_failed(message, str(later))
        if later.silent:
            raise _AboutUs(str(later)) from None
    else:
        actions.mark_sent(message)
        return True
    return False


def _print(message: Message) -> None:
    """Shows a message on a site that only this machine can reach and that has no relay."""
    click.echo(f"\nTo: {message.to}\nSubject: {message.subject}\n\n{message.text}")
