"""What was found in a text: the kind of identifier and the place where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hcpov.text.messages import mark


class Kind(StrEnum):
    """The kinds of patient identifier that text can show, after 45 CFR 164.514(b)(2); each has `words` for people."""

    words: str

    def __new__(cls, value: str, words: str = "") -> "Kind":
        """Makes a member of its stored value and the words that name it to people."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    NAME = "name", mark("a person's name")
    ADDRESS = "address", mark("an address or postcode")
    DATE = "date", mark("a date in someone's care or life")
    AGE = "age", mark("an age over 89")
    TELEPHONE = "telephone", mark("a telephone or fax number")
    EMAIL = "email", mark("an e-mail address")
    SSN = "ssn", mark("a social security number")
    RECORD = "record", mark("a medical record number")
    PLAN = "plan", mark("a health plan number")
    ACCOUNT = "account", mark("an account number")
    LICENCE = "licence", mark("a licence or certificate number")
    VEHICLE = "vehicle", mark("a vehicle number or licence plate")
    DEVICE = "device", mark("a device serial number")
    PROFILE = "profile", mark("the address of a personal page")
    IP = "ip", mark("an IP address")


@dataclass(frozen=True)
class Find:
    """One identifier: `text` is what stands from `start` up to `end` in the text that was searched."""

    kind: Kind
    start: int
    end: int
    text: str


class Span(NamedTuple):
    """A place in a passage's folded text that looks like an identifier."""

    kind: Kind
    start: int
    end: int


def apart(spans: Iterable[Span]) -> list[Span]:
    """Returns `spans` without overlaps, in order: the longest wins, of equals the one named first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):  # stable: of equals, the first named stays first
        while kept and kept[-1].end > span.start and span.end - span.start > kept[-1].end - kept[-1].start:
            kept.pop()
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return kept
