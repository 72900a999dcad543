"""Writes about pictures."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hcpov.extensions import db
from hcpov.media import intake, storage
from hcpov.media.models import ALT_LENGTH, NAME_LENGTH, Picture
from hcpov.text import pictures

NAMELESS = "picture"


@dataclass(frozen=True)
class Added:
    """A picture that was taken in, or was here before, with the Markdown that shows it."""

    id: int
    is_new: bool
    markdown: str


def take_in(data: bytes, name: str, alt: str, account_id: int) -> Added:
    """Cleans a picture and keeps its forms; the same picture is kept once, however often and at once it is sent.

    An alternative text that was missing is taken from whoever gives one. The files are there before the row is.
    Raises intake.Refused and buckets.Unreachable. Commits.
    """
    cleaned = intake.clean(data)
    digest = sha256(cleaned.forms[cleaned.width]).hexdigest()
    for width, file in pictures.names(digest, cleaned.width, cleaned.height).items():
        storage.put(file, cleaned.forms[width])
    picture = _known(digest)
    is_new = picture is None
    if picture is None:
        picture = Picture(digest=digest, name=name[:NAME_LENGTH], width=cleaned.width, height=cleaned.height)
        picture.account_id, picture.alt = account_id, alt[:ALT_LENGTH]
        db.session.add(picture)
        try:
            db.session.commit()
        except IntegrityError:  # somebody else sent it in this very moment
            db.session.rollback()
            is_new, picture = False, _known(digest)
            assert picture is not None
    if alt and not picture.alt:
        picture.alt = alt[:ALT_LENGTH]
        db.session.commit()
    return Added(picture.id, is_new, pictures.markdown(picture.path, alt or picture.alt))


def describe(picture: Picture, alt: str) -> None:
    """Sets the alternative text that a picture is offered with. Texts that show it already keep theirs. Commits."""
    picture.alt = alt
    db.session.commit()


def let_go(account_id: int) -> None:
    """Forgets what files were called by somebody who goes; the pictures stay where posts show them. Does not commit."""
    sent = update(Picture).where(Picture.account_id == account_id).values(name=NAMELESS)
    db.session.execute(sent.execution_options(synchronize_session=False))


def _known(digest: str) -> Picture | None:
    return db.session.scalar(select(Picture).where(Picture.digest == digest))
