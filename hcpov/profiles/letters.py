"""Mail about badges: rows in the outbox, written with the decision. Nothing here commits."""

from hcpov import languages
from hcpov.auth.letters import render
from hcpov.auth.models import Credential
from hcpov.languages import lazy
from hcpov.mail.actions import enqueue

SUBJECTS = {
    "granted": lazy("Your badge was granted"),
    "refused": lazy("Your badge was not granted"),
    "revoked": lazy("Your badge was taken back"),
}


def decided(credential: Credential, what: str) -> None:
    """Tells a member what was decided, and why."""
    member, at = credential.account, credential.decided_at
    assert at is not None
    until = languages.long_day(credential.expires_on) if credential.expires_on else ""
    text = render("profiles/mail/badge.txt", user=member, credential=credential, what=what, until=until)
    enqueue(member.email, SUBJECTS[what], text, f"badge {credential.id} {what} {at.timestamp()}")
