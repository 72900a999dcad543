"""Whether what was sent can be published, or goes back to the writer, and with which code.

Nothing here loses a word: the form keeps them all, and only the code may have to be typed again. A repeat was answered
before this is asked.
"""

from dataclasses import dataclass, field

from hcpov.auth.models import Account
from hcpov.captcha import actions as captcha
from hcpov.captcha import challenges
from hcpov.captcha.challenges import CODE, MEMBER, PASS, Challenge
from hcpov.captcha.queries import GUESSES
from hcpov.comments import queries
from hcpov.comments.forms import CommentForm, PatientAnswer
from hcpov.comments.guard import Finding
from hcpov.comments.models import Comment
from hcpov.comments.queries import Known
from hcpov.languages import lazy
from hcpov.text.plain import is_blank

FIRST_CODE = lazy("One step is left: type the digits in the picture. Your words are below, as you wrote them.")
NEW_CODE = lazy("Here is a new code. Your words are below, as you wrote them.")
WRONG = lazy("These were not the digits in the picture. Here is a new code.")
EXPIRED = lazy("This code has expired. Here is a new one.")
USED = lazy("This code was used before. Here is a new one.")
FOREIGN = lazy("This code is not for this post. Here is a new one.")
SLOWLY = lazy("Several wrong codes came from your network. Wait a minute, then answer this new one.")
EMPTY = lazy("Please type the digits in the picture.")
AGAIN = lazy("Your session changed since this page was opened. Your words are safe: press the button once more.")
REASON_MISSING = lazy("Please say in a few words why it is no patient.")
PARENT_GONE = lazy("The comment you were answering is no longer here. Yours can stand by itself: send it again.")


@dataclass
class Step:
    """The next step: publish under `challenge`, or the form again with `code`."""

    challenge: Challenge | None = None
    parent: Comment | None = None
    without_code: bool = False
    code: Challenge | None = None
    problems: list[str] = field(default_factory=list)


def of_member(post_id: int, account: Account, form: CommentForm, challenge: Challenge | None, token: bool) -> Step:
    """Judges a member's form: no code, but a key of their own and the session's token."""
    ours = challenge is not None and challenge.kind == MEMBER and challenge.account_id == account.id
    if not token or not ours or challenge is None or challenge.old:
        form.validate()
        return Step(code=challenges.member_key(post_id, account.id), problems=[AGAIN])
    return _judge_words(post_id, form, challenge)


def of_guest(post_id: int, form: CommentForm, challenge: Challenge | None, known: Known) -> Step:
    """Judges a guest's form and its code, of which something is known. Burns a code that was tried; commits that."""
    if challenge is not None and challenge.kind == PASS and not challenge.old:
        return _judge_words(post_id, form, challenge)
    trouble = _trouble(form, challenge, known)
    if trouble is None and challenge is not None:
        step = _judge_words(post_id, form, challenge)
        step.without_code = bool(form.editor.data)
        if step.challenge is not None or keep(step, challenge):
            return step
        trouble = USED
    else:
        step = _judge_words(post_id, form, None)
    step.code = challenges.issue(post_id)
    if trouble != FIRST_CODE:
        form.code.errors = [trouble or USED]
    elif form.errors:  # more than one step is left
        form.code.errors = [EMPTY]
    else:
        step.problems.append(FIRST_CODE)
    return step


def keep(step: Step, challenge: Challenge) -> bool:
    """Sends the form back without asking for the code again: a right one becomes its pass. Commits its one try.

    Returns False when the code was used before. Who asked for an editor has answered none, and gets another picture.
    """
    step.challenge, step.code = None, challenge
    if step.without_code:
        step.code = challenges.issue(challenge.post_id)
    elif challenge.kind == CODE:
        step.code = challenges.accept(challenge)
        return captcha.burn(challenge, right=True)
    return True


def answered(form: PatientAnswer) -> bool:
    """Says whether the writer answered the question about a patient: with a reason, or by leaving it to the editors."""
    if form.patient.data == "no" and is_blank(form.patient_reason.data or ""):
        form.patient_reason.errors = [REASON_MISSING]
        return False
    return form.patient.data in {"no", "editors"}


def reasons(form: PatientAnswer, findings: list[Finding]) -> list[str]:
    """Returns why a comment is held, in words for the moderators; empty when nothing holds it."""
    said = [finding.reason for finding in findings]
    if said and form.patient.data == "no":
        said.append(f"the writer says it is no patient: {form.patient_reason.data}")
    return said


def another_code(post_id: int) -> Step:
    """Answers the button that asks for a new picture."""
    return Step(code=challenges.issue(post_id), problems=[NEW_CODE])


def _trouble(form: CommentForm, challenge: Challenge | None, known: Known) -> str | None:
    """Says what is wrong with the code, or None. A wrong answer burns the challenge."""
    if not form.challenge.data:
        return FIRST_CODE
    if challenge is None or challenge.kind == MEMBER:
        return FOREIGN
    if challenge.old:
        return EXPIRED
    if known.used:
        return USED
    if form.editor.data:
        return None
    if not form.code.data:
        return EMPTY
    if known.wrong >= GUESSES:
        return SLOWLY
    if not challenges.answers(challenge, form.code.data):
        captcha.burn(challenge, right=False, network=known.network)
        return WRONG
    return None


def _judge_words(post_id: int, form: CommentForm, challenge: Challenge | None) -> Step:
    """Returns the step that publishes, or the one that goes back with what is wrong in the fields."""
    good = form.validate()
    parent, problems = None, []
    if form.parent.data:
        answered = queries.published(post_id, form.parent.data)
        parent = queries.root_of(answered) if answered else None
        if parent is None:
            form.parent.data, good = "", False
            problems.append(PARENT_GONE)
    if good and challenge is not None:
        return Step(challenge=challenge, parent=parent)
    return Step(parent=parent, code=challenge, problems=problems)
