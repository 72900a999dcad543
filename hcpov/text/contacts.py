"""Where someone can be reached: telephone, e-mail, personal pages and machines."""

import ipaddress
import re
from collections.abc import Iterator
from re import Match

from hcpov.text.cued_numbers import CALLING, of_a_thing
from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Passage, clue

# Short codes (911, 988, 116 117) and extensions are too short for any of these shapes.
_ABROAD = r"(?:\+|00(?=[1-9]))[1-9]\d{0,2}(?:[ .()/-]{0,3}\d){6,13}"
_NORTH_AMERICA = r"(?:1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}"
_NATIONAL = r"\(?0\d{1,4}\)?(?:[ ./-]{1,3}\d{2,8}){1,5}|07\d{9}"
_EXTENSION = r"(?: ?(?:x|ext\.?) ?\d{1,5})?"
_TELEPHONES = [
    (clue(rf"(?<![\w.,/+:%$£€-])(?P<find>{_ABROAD}|{_NORTH_AMERICA}|{_NATIONAL}){_EXTENSION}(?![\w%]|[-/:.]\d)"), 9),
    (
        clue(
            r"\b(?:tele?phones?|tel|phones?|ph|fax(?:es)?|mobile|cell(?:phone)?|call|ring|dial|text|pager|bleep|whatsapp|"
            r"landline|reach(?:ed|able)?|contact|hotline|number|digits)\b[^\d\n;+(]{0,40}"
            r"(?P<find>[+(]?\d[\d ().-]{5,18}\d)(?![\w%]|[-/:.]\d)",
            "tel ph fax mobile cell call ring dial text pager bleep whatsapp landline reach contact hotline number "
            "digits",
        ),
        7,
    ),
]
_YEARS_OR_DAY = re.compile(
    r"(?:19|20)\d\d[ -]+(?:19|20)\d\d|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)

_RECORDS = frozenset("mrn wristband chart record records label sticker account policy serial specimen".split())
_BARE = re.compile(r"[1-9][\d ]{1,30}")

_EMAIL = clue(
    r"(?<![\w.+%-])(?P<find>[\w.+%-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.[a-z0-9]){1,5}[a-z0-9-]{0,62}[a-z])(?![\w@])",
    "@",
)
_AT = r"\s{0,2}(?:[\[({<]\s?(?:at|@)\s?[\])}>]|\sat\s)\s{0,2}"
_DOT = r"(?:\.|\s{0,2}[\[({<]\s?(?:dot|\.)\s?[\])}>]\s{0,2}|\sdot\s)"
_EMAIL_HIDDEN = clue(  # as people hide it from machines
    rf"(?<![\w.+%-])(?P<find>[\w.+%-]{{1,64}}(?:\sdot\s\w{{1,30}})?{_AT}[a-z0-9-]{{1,62}}"
    rf"(?:{_DOT}[a-z0-9-]{{1,62}}){{0,3}}{_DOT}[a-z]{{2,12}})(?!\w)",
    "dot (at [at {at <at (@ [@",
    anywhere=True,
)

_LINK = clue(r"(?:https?://|www\.|\bdoi\.org/|\bdoi:?\s?10\.)\S{1,2000}", ":// www. doi", anywhere=True)
_PROFILE = clue(
    r"(?<![\w@.-])(?P<find>(?:https?://)?(?:[a-z]{1,3}\.|www\.|mobile\.)?"
    r"(?P<site>facebook|fb|instagram|linkedin|twitter|x|tiktok|threads|snapchat|reddit|youtube|vk|bsky)\.(?:com|net|app)/"
    r"(?P<path>[\w@.%=?&+~-]{1,100}(?:/[\w@.%=?&+~-]{1,100})?)/?)",
    ".com/ .net/ .app/",
    anywhere=True,
)
_NO_PERSON = frozenset(
    "groups group events pages pg watch company school jobs search hashtag explore home share sharer intent i status "
    "p reel reels story stories posts pulse feed learning help about legal privacy policies results playlist c "
    "channel r login tv video videos photo notes marketplace".split()
)
_UNDER = {"linkedin": ("in", "pub"), "reddit": ("u", "user"), "snapchat": ("add",), "bsky": ("profile",)}
_WITH_AT = frozenset({"youtube", "tiktok", "threads"})
_HANDLE = clue(
    r"\b(?:instagram|insta|ig|twitter|tiktok|facebook|snapchat|threads|bluesky|handle)\b[^@\n.]{0,30}(?<!\w)"
    r"(?P<find>@[\w.]{2,30})",
    "@",
)

_IPV4 = clue(r"(?<![\w.,-])(?P<find>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\w-]|\.\d)", ".")
_IPV6 = clue(r"(?<![\w:.])(?P<find>[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?)(?![\w:])", ":")
_MAC = clue(r"(?<![\w:-])(?P<find>[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\2){4}[0-9a-f]{2})(?![\w:-])", ": -")
_VERSION = re.compile(
    r"(?:\bv|version|release|firmware|build|software|update|section|chapter|windows|epic|ios|driver)s?[^\d\n]{0,12}$"
)
_MACHINE = re.compile(r"\b(?:ip|address|host|server|log(?:s|ged)?|from|workstation|login|entry)\b")


def links(passage: Passage) -> list[tuple[int, int]]:
    """Returns where links stand, in order: what is inside a cited link is no find."""
    return [found.span() for found in passage.matches(_LINK)]


def spans(passage: Passage) -> Iterator[Span]:
    """Yields the ways to reach someone but by post."""
    yield from _telephones(passage)
    for kind, of_kind in ((Kind.EMAIL, _EMAIL), (Kind.EMAIL, _EMAIL_HIDDEN), (Kind.PROFILE, _HANDLE)):
        for found in passage.matches(of_kind):
            yield Span(kind, *found.span("find"))
    for found in passage.matches(_PROFILE):
        if _is_personal(found):
            yield Span(Kind.PROFILE, *found.span("find"))
    yield from _machines(passage)


def _telephones(passage: Passage) -> Iterator[Span]:
    for shape, fewest in _TELEPHONES:
        for found in passage.matches(shape):
            number, start = found["find"], found.start("find")
            digits = sum(character.isdigit() for character in number)
            if fewest == 9 and _BARE.fullmatch(number) and not passage.words_around(start) & CALLING:
                continue  # doses and counts can stand in threes and fours too
            if fewest == 7 and digits < 9 and passage.words_around(start) & _RECORDS:
                continue
            if fewest <= digits <= 15 and not _YEARS_OR_DAY.match(number) and not of_a_thing(passage, start):
                yield Span(Kind.TELEPHONE, *found.span("find"))


def _is_personal(found: Match[str]) -> bool:
    """Says whether a page's path is a person's and not a group's, a company's, a search's or a single post's."""
    steps = re.split(r"[/?]", found["path"].strip("/"))
    if found["site"] in _UNDER:
        return len(steps) > 1 and steps[0] in _UNDER[found["site"]]
    if found["site"] in _WITH_AT and not steps[0].startswith("@"):
        return False
    return steps[0] not in _NO_PERSON and not (len(steps) > 1 and steps[1] in _NO_PERSON)


def _machines(passage: Passage) -> Iterator[Span]:
    """Yields IP addresses and the hardware addresses of devices."""
    for found in passage.matches(_IPV4):
        before = passage.before(found.start(), 40)
        likely = any(len(octet) == 3 for octet in found["find"].split(".")) or _MACHINE.search(before)
        if likely and _is_address(found["find"]) and not _VERSION.search(before):
            yield Span(Kind.IP, *found.span("find"))
    for found in passage.matches(_IPV6):
        if _is_address(found["find"]) and any(character.isdigit() for character in found["find"]):
            yield Span(Kind.IP, *found.span("find"))
    for found in passage.matches(_MAC):
        yield Span(Kind.DEVICE, *found.span("find"))


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
