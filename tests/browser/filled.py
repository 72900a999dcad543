"""A site with something of everything, and an address for every kind of page on it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.auth.models import CredentialState
from hcpov.blog.models import Change, Kind, Post, State
from hcpov.comments import receipts
from hcpov.comments.models import State as CommentState
from hcpov.desk.posts import previews
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.media.models import Picture
from hcpov.transfer import tokens
from tests.browser.test_corrections import changed
from tests.house.routes import path_to
from tests.make import MadeAccount, MadePost, Make
from tests.updates.readers import wish

LONG = "Averyveryverylongwordthatnobreakhelps" * 2
BODY = (
    "A paragraph of *words* with [a link](https://example.org/), as long as a line or two of a post are on this site."
    f"\n\n## A part\n\n> Somebody said so.\n\n1. One\n2. Two `{LONG}`\n\n| Day | Beds | Nurses | Doctors | Visitors |\n"
    "|---|---|---|---|---|\n| Monday | 12 | 4 | 2 | 31 |\n\n```\na line of code that is far too long for a telephone"
    " and has to be broken\n```\n\n- a\n- b"
)
ABOUT = "Delivers babies, and writes about *rotas*.\n\nFormerly of [Galway](https://example.org/)."
SAYS = "I agree with the second habit, and would add one of my own. "
NPI = {"number": "NPI 1234567893", "body": "US NPI registry"}


@dataclass(frozen=True)
class Filled:
    """The site's people, and what pages need to be addressed."""

    app: Flask
    post: MadePost
    gone: MadePost
    closed: MadePost
    member: MadeAccount
    admin: MadeAccount
    values: dict[str, dict[str, Any]]

    def path(self, endpoint: str) -> str:
        """Returns the path of a page; a rule that takes values it was given none for fails."""
        values = self.values["any"] | self.values.get(endpoint, {})
        wanted = {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}
        return path_to(self.app, endpoint, {name: value for name, value in values.items() if name in wanted})


def fill(app: Flask, make: Make) -> Filled:
    """Fills an empty site."""
    admin = make.account(
        "Maeve Ní Bhriain-Featherstonehaugh", handle="maeve", roles=("moderator", "admin"), about=ABOUT
    )
    member = make.account("Ada Reader", handle="ada", title="Pharmacist", place="Tulsa OK")
    make.blog("boardroom-buzz", "Boardroom Buzz", write_for_us_html="<p>Write to us.</p>")
    for name in ("night-shift", "rounds", "the-long-corridor"):
        make.post(f"What we saw: {name}", blog=name, summary="Six months, four wards, one card.", tags=["Hand-off"])
    post = _post(app, make, admin)
    page = make.post("About us", kind=Kind.PAGE, slug="about", body=BODY)
    changed(app, page, admin, Change.CORRECTION, "Other words.", "A word was wrong.")
    number = _comments(make, post, admin)
    gone = make.post("Withdrawn", state=State.WITHDRAWN)
    closed = make.post("Closed & “quoted”", comments_open=False, byline_name="A Guest", lang="ar", body="كلام.")
    draft = make.draft(author_id=admin.id, title="A draft of mine", body=BODY)
    for account in (admin, member):
        make.badge(account.id, CredentialState.GRANTED)
        make.badge(account.id, CredentialState.REFUSED, reason="It is not in the register.", region="Texas")
        make.badge(account.id, CredentialState.ASKED, profession="Consultant midwife", region="Ireland", **NPI)
    picture, preview, receipt, held = _rows(app, admin, member, draft, number)
    _, path = wish(app, member.email)
    wish(app, "other@example.org", confirmed=False)
    _, blog, year, month, slug, _ = post.path.split("/")
    values: dict[str, dict[str, Any]] = {
        "any": {"blog": blog, "year": int(year), "month": int(month), "slug": slug, "number": number, "tag": "hand-off"}
        | {"handle": "maeve"},
        "blog.site_page": {"slug": "about"},
        "blog.page_history": {"slug": "about"},
        "comments.receipt": {"token": receipt},
        "data.held": {"token": held},
        "members.member": {"number": member.id},
        "pictures.one": {"number": picture},
        "posts.edit": {"number": draft},
        "posts.shared": {"token": preview},
        "reviews.form": {"number": post.id},
        "revisions.change_form": {"number": post.id},
        "revisions.listing": {"number": post.id},
        "shelf.edit": {"number": post.blog_id},
        "updates.wishes": {"token": path.rpartition("/")[2]},
    }
    return Filled(app, post, gone, closed, member, admin, values)


def _post(app: Flask, make: Make, author: MadeAccount) -> MadePost:
    """Makes a post with every field, corrected and reviewed."""
    post = make.post(
        "The hand-off that fits on a card, and what a night team learnt of it",
        body=f"Words.\n\n{BODY}",
        summary="One card, four lines.",
        editors_note="By a guest.",
        disclosure="The author sits on the hospital's forms committee.",
        tags=["Hand-off", "Night shifts"],
        author_id=author.id,
        reviewer_name="Rosa Vidal",
        reviewer_title="Cardiologist, MD",
        reviewer_place="Girona",
        reviewed_on=date(2026, 3, 3),
    )
    changed(app, post, author, Change.CORRECTION, BODY, "The ward has fourteen beds, not twelve.")
    return post


def _comments(make: Make, post: MadePost, admin: MadeAccount) -> int:
    """Makes comments that stand and some that wait; returns the number of one that stands."""
    first = make.comment(post, SAYS * 4, account_id=admin.id, name=admin.name)
    number = make.comment(
        post, "So do I, **twice**.\n\n> Quoted.", parent=first, disclosure="I sell cards.", at=clock.now()
    )
    make.comment(post, LONG, name="Cyn Third")
    why = ["may identify a patient: a date in someone's care or life", "the first comment by this address"]
    make.comment(post, "One last week, DOB 4/12/1961.", parent=first, state=CommentState.HELD, reasons=why)
    make.comment(post, "Great! Visit us.", name="best-rates", state=CommentState.HELD, reasons=["4 links"])
    return number


def _rows(app: Flask, admin: MadeAccount, member: MadeAccount, draft: int, comment: int) -> tuple[int, str, str, str]:
    """Makes what has no maker of its own; returns a picture's number, and tokens of a preview, a receipt, own data."""
    with app.app_context():
        note(admin.id, "badge granted", f"account {member.id}", "In the register.", profession="Registered nurse")
        note(None, "role given", f"account {admin.id}", role="moderator")
        picture = Picture(digest="5" * 64, name="ward.png", width=900, height=600, account_id=admin.id, alt="A ward")
        db.session.add(picture)
        facts = {"to": "maeve@example.org", "subject": "Subject", "text": "T", "html": "H", "headers": {}}
        db.session.add(Message(dedupe_key="waits", not_before=clock.now() + timedelta(days=1), **facts))
        problem = "refused with 554 5.7.1"
        db.session.add(Message(dedupe_key="failed", gave_up_at=clock.now(), tries=3, problem=problem, **facts))
        db.session.commit()
        preview = previews.link(db.session.get_one(Post, draft)).rpartition("/")[2]
        return picture.id, preview, receipts.issue(comment), tokens.issue("ada@example.org")
