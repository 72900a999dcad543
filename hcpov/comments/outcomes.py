"""What became of each comment that was sent, counted."""

from hcpov import counts
from hcpov.comments.forms import CommentForm
from hcpov.comments.journey import FIRST_CODE, Step
from hcpov.comments.models import State

COMMENT = "comment"

PUBLISHED, HELD, REPEATED, CLOSED = "published", "held", "repeated", "closed"
ANOTHER_CODE, NO_CODE, WRONG_CODE = "another code", "no code", "wrong code"
PATIENT, SENT_BACK = "patient asked", "sent back"
ALL = (PUBLISHED, HELD, REPEATED, CLOSED, ANOTHER_CODE, NO_CODE, WRONG_CODE, PATIENT, SENT_BACK)


def taken(state: str) -> None:
    """Counts one that was stored."""
    note(PUBLISHED if state == State.PUBLISHED else HELD)


def again(form: CommentForm, step: Step, asks_for_code: bool, asks_for_patient: bool) -> None:
    """Counts one that went back to its writer, by the first thing that is to be done."""
    if asks_for_code:
        note(ANOTHER_CODE)
    elif asks_for_patient:
        note(PATIENT)
    elif FIRST_CODE in step.problems:
        note(NO_CODE)
    elif form.code.errors:
        note(WRONG_CODE)
    else:
        note(SENT_BACK)


def note(outcome: str) -> None:
    """Counts one."""
    counts.add(COMMENT, outcome)
