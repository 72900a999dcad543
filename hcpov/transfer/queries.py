"""Reads of everything that is held about one person.

Each part is one query, made when the parts are asked for. Its rows are fetched while they are written out, so that
memory does not grow with them. What opens something is never read: passwords, keys, codes, seeds, the words of letters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, or_, select

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, Credential, LoginSession, Passkey, Role, account_role
from hcpov.blog.models import Blog, BlogRole, Draft, Earlier, Kind, Post, Revision
from hcpov.comments import erasing
from hcpov.comments.models import Comment, Decision
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail import refusals
from hcpov.mail.models import Message, RefusedAddress
from hcpov.media.models import Picture
from hcpov.transfer.departure import about
from hcpov.updates.addresses import same
from hcpov.updates.models import Subscription

FETCHED = 100  # rows at once

Row = dict[str, Any]
Wanted = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Part:
    """One kind of what is held. `rows` can be gone through once."""

    key: str
    title: str
    words: str
    rows: Iterator[Row]


def of_account(account: Account) -> list[Part]:
    """Returns what is held about a member. Eighteen queries, however much there is."""
    mine = account.id
    return [
        Part("profile", gettext("Profile"), gettext("What you told us about yourself."), iter([_profile(account)])),
        Part(
            "security",
            gettext("Security"),
            gettext("How the account is locked, without the keys."),
            iter([_security(account)]),
        ),
        Part("roles", gettext("Roles"), gettext("What you may do on the whole site."), _rows(_roles(mine))),
        Part("blog_roles", gettext("Roles on blogs"), gettext("What you may do on a blog."), _rows(_blog_roles(mine))),
        Part(
            "sessions",
            gettext("Where you are signed in"),
            gettext("Device and time, nothing else."),
            _rows(_sessions(mine)),
        ),
        Part(
            "passkeys",
            gettext("Passkeys"),
            gettext("Their names. The key itself stays on your device."),
            _rows(_passkeys(mine)),
        ),
        Part("credentials", gettext("Credentials"), gettext("Badges you asked for."), _rows(_credentials(mine))),
        Part("posts", gettext("Posts"), gettext("What you wrote or published, as it was typed."), _rows(_posts(mine))),
        Part(
            "drafts", gettext("Drafts"), gettext("What you typed into a post and did not save."), _rows(_drafts(mine))
        ),
        Part(
            "savings", gettext("Texts you saved over"), gettext("Kept until the post is public."), _rows(_savings(mine))
        ),
        Part(
            "revisions",
            gettext("Changes you published"),
            gettext("Of posts, by whomever these are."),
            _rows(_revisions(mine)),
        ),
        Part(
            "pictures",
            gettext("Pictures you sent"),
            gettext("What each shows, and the mark of its file."),
            _rows(_pictures(mine)),
        ),
        _comments(erasing.of_account(mine, account.email)),
        _decisions_about(erasing.of_account(mine, account.email)),
        Part(
            "decisions_by_you",
            gettext("Decisions you made"),
            gettext("About comments, at the desk."),
            _rows(_decisions_by(mine)),
        ),
        _subscriptions(account.email),
        _messages(account.email),
        _refusals(account.email),
        Part(
            "log_by_you",
            gettext("What you did"),
            gettext("Lines of the log of this site."),
            _rows(_log(Audit.account_id == mine)),
        ),
        Part(
            "log_about_you",
            gettext("What was done"),
            gettext("Lines of that log about your account."),
            _rows(_log(about(mine))),
        ),
    ]


def of_address(email: str) -> list[Part]:
    """Returns what is held under an address, apart from an account. Five queries, however much there is."""
    theirs = erasing.of_address(email)
    return [_comments(theirs), _decisions_about(theirs), _subscriptions(email), _messages(email), _refusals(email)]


def _profile(account: Account) -> Row:
    names = ("name", "title", "place", "about", "handle", "email")
    said = {name: getattr(account, name) for name in names}
    dates = {"joined_at": account.created_at, "address_confirmed_at": account.confirmed_at}
    return {"number": account.id} | said | {"new_email": account.new_email} | dates


def _security(account: Account) -> Row:
    return {
        "has_password": account.password is not None,
        "has_authenticator": bool(account.tf_totp_secret and account.tf_primary_method),
        "recovery_codes_left": len(account.mf_recovery_codes or []),
        "is_active": account.active,
    }


def _roles(account_id: int) -> Wanted:
    wanted = select(Role.name.label("role")).join(account_role, account_role.c.role_id == Role.id)
    return wanted.where(account_role.c.account_id == account_id).order_by(Role.name)


def _blog_roles(account_id: int) -> Wanted:
    wanted = select(Blog.name.label("blog"), BlogRole.role).join(Blog, Blog.id == BlogRole.blog_id)
    return wanted.where(BlogRole.account_id == account_id).order_by(Blog.position, Blog.id)


def _sessions(account_id: int) -> Wanted:
    begun, seen = LoginSession.created_at.label("signed_in_at"), LoginSession.seen_at.label("last_used_at")
    wanted = select(LoginSession.device, LoginSession.remembered.label("stays_signed_in"), begun, seen)
    return wanted.where(LoginSession.account_id == account_id).order_by(LoginSession.id)


def _passkeys(account_id: int) -> Wanted:
    wanted = select(Passkey.name, Passkey.created_at, Passkey.lastuse_datetime.label("last_used_at"))
    return wanted.where(Passkey.user_id == account_id).order_by(Passkey.id)


def _credentials(account_id: int) -> Wanted:
    c = Credential
    wanted = select(c.profession, c.region, c.body.label("issued_by"), c.number, c.link, c.state, c.reason)
    wanted = wanted.add_columns(c.asked_at, c.decided_at, c.expires_on)
    return wanted.where(c.account_id == account_id).order_by(c.id)


def _posts(account_id: int) -> Wanted:
    p = Post
    wanted = select(p.id.label("number"), p.title, *_place(), p.kind, p.state, p.published_at, p.updated_at, p.summary)
    wanted = wanted.add_columns(
        p.editors_note, p.byline_name, p.byline_title, p.byline_place, p.disclosure, p.lang, p.body
    )
    return wanted.join(Blog, Blog.id == p.blog_id).where(p.author_id == account_id).order_by(p.id)


def _drafts(account_id: int) -> Wanted:
    d = Draft
    wanted = select(Post.id.label("post_number"), Post.title.label("post"), d.began_at, d.saved_at, d.fields)
    return wanted.join(Post, Post.id == d.post_id).where(d.account_id == account_id).order_by(d.id)


def _savings(account_id: int) -> Wanted:
    e = Earlier
    wanted = select(Post.id.label("post_number"), Post.title.label("post"), e.version)
    return wanted.join(Post, Post.id == e.post_id).where(e.account_id == account_id).order_by(e.post_id, e.version)


def _revisions(account_id: int) -> Wanted:
    r = Revision
    wanted = select(Post.title.label("post"), *_place(), r.number, r.kind, r.reason, r.at)
    wanted = wanted.join(Post, Post.id == r.post_id).join(Blog, Blog.id == Post.blog_id)
    return wanted.where(r.account_id == account_id).order_by(r.id)


def _pictures(account_id: int) -> Wanted:
    p = Picture
    wanted = select(p.id.label("number"), p.name, p.alt, p.width, p.height, p.created_at.label("sent_at"), p.digest)
    return wanted.where(p.account_id == account_id).order_by(p.id)


def _comments(theirs: Any) -> Part:
    c = Comment
    wanted = select(c.id.label("number"), Post.title.label("post"), *_place(), c.state, c.reasons)
    wanted = wanted.add_columns(c.name, c.title, c.place, c.email, c.disclosure)
    wanted = wanted.add_columns(c.created_at.label("written_at"), c.published_at, c.edited_at, c.edited_by_editor)
    wanted = wanted.add_columns(c.network.is_not(None).label("network_mark_kept"), c.body)
    wanted = wanted.join(Post, Post.id == c.post_id).join(Blog, Blog.id == Post.blog_id)
    words = gettext(
        "All you wrote, published or not. For 30 days a mark made from your network is kept, which names nobody."
    )
    return Part("comments", gettext("Comments"), words, _rows(wanted.where(theirs).order_by(c.id)))


def _decisions_about(theirs: Any) -> Part:
    wanted = select(Decision.comment_id.label("comment"), Decision.what, Decision.reason, Decision.at, Decision.undone)
    wanted = wanted.join(Comment, Comment.id == Decision.comment_id).where(theirs).order_by(Decision.id)
    return Part(
        "decisions_about_you",
        gettext("Decisions about your comments"),
        gettext("What editors did, and why."),
        _rows(wanted),
    )


def _decisions_by(account_id: int) -> Wanted:
    wanted = select(Decision.comment_id.label("comment"), Post.title.label("post"), *_place(), Decision.what)
    wanted = wanted.add_columns(Decision.reason, Decision.at, Decision.undone)
    wanted = wanted.outerjoin(Post, Post.id == Decision.post_id).outerjoin(Blog, Blog.id == Post.blog_id)
    return wanted.where(Decision.account_id == account_id).order_by(Decision.id)


def _subscriptions(email: str) -> Part:
    s = Subscription
    wanted = select(s.email, Blog.name.label("blog"), Post.title.label("post"), s.comment_id.label("answers_to"))
    wanted = wanted.add_columns(s.cadence)
    wanted = wanted.add_columns(s.created_at.label("asked_at"), s.confirmed_at, s.left_at)
    wanted = wanted.outerjoin(Blog, Blog.id == s.blog_id).outerjoin(Post, Post.id == s.post_id)
    theirs = or_(s.email == email, s.email == same(email))
    words = gettext(
        "What this address asked to hear of: a blog, the comments on a post, the answers to a comment of it, or the "
        "whole site where none is named."
    )
    return Part("subscriptions", gettext("Keep Me Updated"), words, _rows(wanted.where(theirs).order_by(s.id)))


def _messages(email: str) -> Part:
    m = Message
    wanted = select(m.to.label("email"), m.subject, m.created_at.label("written_at"), m.sent_at, m.gave_up_at)
    theirs = or_(m.to == email, func.lower(m.to) == email.lower())
    words = gettext("Mail to this address. Its words are forgotten once it is sent, and may open something until then.")
    return Part("messages", gettext("Messages"), words, _rows(wanted.where(theirs).order_by(m.id)))


def _refusals(email: str) -> Part:
    r = RefusedAddress
    wanted = select(r.at.label("refused_at"), r.code).where(r.digest == refusals.digest(email))
    words = gettext(
        "That mail to this address was refused. We keep a mark of the address, from which nobody can read it."
    )
    return Part("refusals", gettext("Refused mail"), words, _rows(wanted))


def _log(which: Any) -> Wanted:
    wanted = select(Audit.at, Audit.what, Audit.about.label("done_to"), Audit.reason, Audit.details)
    return wanted.where(which).order_by(Audit.id)


def _place() -> tuple[Any, ...]:
    """What a post's address is made of. `_rows` makes it, and puts it where this stands."""
    return (
        literal("").label("page"),
        Blog.slug.label("_blog"),
        Post.kind.label("_kind"),
        Post.year.label("_year"),
        Post.month.label("_month"),
        Post.slug.label("_slug"),
    )


def _rows(wanted: Wanted) -> Iterator[Row]:
    """Asks now, and fetches as the rows are gone through."""
    found = db.session.execute(wanted.execution_options(yield_per=FETCHED))
    return (_row(dict(each)) for each in found.mappings())


def _row(said: Row) -> Row:
    if "_slug" in said:
        said["page"] = _path(said)
    return {name: value for name, value in said.items() if not name.startswith("_")}


def _path(place: Row) -> str:
    if place["_slug"] is None:
        return ""
    if place["_kind"] == Kind.PAGE:
        return f"/pages/{place['_slug']}/"
    if place["_year"] is None:
        return ""
    return f"/{place['_blog']}/{place['_year']:04}/{place['_month']:02}/{place['_slug']}/"
