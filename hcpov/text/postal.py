"""Street addresses and postcodes."""

from collections.abc import Iterator

from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Passage, clue

_STREETS = (
    "Street St Avenue Ave Road Rd Lane Ln Drive Dr Court Ct Boulevard Blvd Way Place Pl Terrace Close Crescent Square "
    "Sq Parkway Pkwy Highway Hwy Circle Cir Trail Row Gardens Grove Mews Walk Alley Quay Hill Plaza Loop Pike"
)
_STREET = rf"(?:{_STREETS.replace(' ', '|')})\b\.?"
_CAP = r"[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{0,24}(?:['-][^\W\d_]{1,24})?"
_TOWN = rf"{_CAP}\b(?: {_CAP}\b){{0,2}}"
_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"  # the last two letters leave out what handwriting confuses
_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|"
    r"W[AVIY]|PR)"
)
_ZIP = r"\d{5}(?:-\d{4})?"
_REST = (
    r"(?:,? (?:Apt|Apartment|Unit|Suite|Ste|Flat|No|#)\.? ?\w{1,6})?"
    rf"(?:, (?:\d{{4,5}} )?{_TOWN})?(?:,? {_STATE}\b)?(?:,? (?:{_ZIP}|{_UK}))?"
)
_CLUES = [
    clue(
        rf"(?<![\w.,/-])(?P<find>\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})? (?:[NSEW]{{1,2}}\.? )?"
        rf"(?:{_CAP}\.? |\d{{1,3}}(?:st|nd|rd|th) ){{1,4}}?{_STREET}(?: [NS]?[EW]?\b)?{_REST})",
        _STREETS.lower(),
        low=False,
    ),
    clue(
        r"(?<![\w.,/-])(?P<find>\d{1,4}(?: bis)?,? (?:rue|avenue|av\.|boulevard|place|chemin|via|calle|piazza|rua) "
        rf"(?:de la |de |du |des |d'|la |le )?{_TOWN}{_REST})",
        "rue av. avenue boulevard place chemin via calle piazza rua",
        low=False,
    ),
    clue(
        rf"\b(?P<find>{_CAP}(?:straße|strasse|str\.|weg|platz|gasse|allee|straat|laan|gata|vägen) \d{{1,4}}[a-z]?\b"
        rf"(?:, (?:[A-Z]-)?\d{{4,5}} {_TOWN})?)",
        "straße strasse str. weg platz gasse allee straat laan gata vägen",
        low=False,
    ),
    clue(rf"\b(?P<find>P\.? ?O\.? Box \d{{1,6}}{_REST})", "box", low=False),
    clue(rf"\b(?P<find>{_TOWN}, {_STATE},? {_ZIP})\b", ",", low=False),
    clue(
        r"(?i:\b(?:lives?|lived|living|resides?) (?:on|at|in)) "
        rf"(?P<find>(?:{_CAP} ){{1,3}}{_STREET})",
        "live living reside",
        low=False,
        anywhere=True,
    ),
    clue(
        r"(?i:\b(?:zip|postal|post)[ -]?code\b|\bzip\b|\bpostcode\b)(?:[\s:,(]{1,3}|\s(?:is|was|of)\s)"
        rf"(?P<find>{_ZIP}|{_UK})\b",
        "zip code",
        low=False,
    ),
    clue(
        r"(?i:\b(?:lives?|lived|living|home|address|resides?|moved|house|flat)\b)[^\d\n]{0,20} "
        rf"(?P<find>{_UK})\b",
        "live living home address reside moved house flat",
        low=False,
    ),
]


def spans(passage: Passage) -> Iterator[Span]:
    """Yields addresses, and postcodes beside a word that says what they are."""
    for of_kind in _CLUES:
        for found in passage.matches(of_kind):
            yield Span(Kind.ADDRESS, *found.span("find"))
