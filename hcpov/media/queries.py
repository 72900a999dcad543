"""Reads about pictures. Each function says how many queries it makes; tests hold them to it."""

from dataclasses import dataclass

from sqlalchemy import Row, Select, select

from hcpov import languages
from hcpov.auth.models import Account
from hcpov.extensions import db
from hcpov.media.models import Picture
from hcpov.text import pictures

PAGE = 24


@dataclass(frozen=True)
class PictureRow:
    """A picture made ready to show."""

    id: int
    name: str
    alt: str
    width: int
    height: int
    path: str
    small_path: str
    markdown: str
    owner_id: int | None
    owner: str
    sent: str


@dataclass(frozen=True)
class Page:
    """One page of pictures; `before` leads to the next older one, None when there is none."""

    rows: list[PictureRow]
    before: int | None


def page(before: int | None = None) -> Page:
    """Returns the pictures so far, newest first. One query."""
    wanted = _wanted() if before is None else _wanted().where(Picture.id < before)
    found = db.session.execute(wanted.order_by(Picture.id.desc()).limit(PAGE + 1)).all()
    rows = [_row(each) for each in found[:PAGE]]
    return Page(rows, rows[-1].id if len(found) > PAGE else None)


def one(number: int) -> PictureRow | None:
    """Returns one picture. One query."""
    found = db.session.execute(_wanted().where(Picture.id == number)).first()
    return _row(found) if found else None


def _wanted() -> Select[Picture, str | None]:
    return select(Picture, Account.name).outerjoin(Account, Account.id == Picture.account_id)


def _row(found: Row[Picture, str | None]) -> PictureRow:
    picture, owner = found
    return PictureRow(
        id=picture.id,
        name=picture.name,
        alt=picture.alt,
        width=picture.width,
        height=picture.height,
        path=picture.path,
        small_path=picture.small_path,
        markdown=pictures.markdown(picture.path, picture.alt),
        owner_id=picture.account_id,
        owner=owner or "",
        sent=languages.long_date(picture.created_at),
    )
