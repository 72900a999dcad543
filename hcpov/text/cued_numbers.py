"""Numbers that name a person, a policy, a car or a device: by the word before them, or by their own check digit."""

import re
from collections.abc import Iterator

from hcpov.text import check_digits
from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Clue, Passage, clue

_NUMBER = r"(?:\s{0,2}(?:numbers?|no|nr|num|id|identifier)\b\.?|\s{0,2}[#№])"
_GAP = r"[\s:#=,.(\"'-]{0,4}(?:(?:is|was|reads?|read|of)\s)?[\s:#\"'(]{0,3}"
# "the hospital number on her wristband, H4410027": a few words may stand between.
_WORDS = r"(?:[a-z']{1,12},? ){0,5}"
_ITEM = r"(?P<find>[a-z0-9](?:[a-z0-9./-]{0,23}[a-z0-9])?)(?![a-z0-9])"
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-/](?:(?:19|20)\d\d|\d\d))?")
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})")


def _cued(alone: str, numbered: str, needs: str) -> Clue:
    """Makes a clue of cue words that suffice `alone` and of those that need "number", "no.", "ID" or "#"."""
    return clue(
        rf"\b(?:(?:{alone})(?:{_NUMBER}){{0,2}}{_GAP}|(?:{numbered})(?:{_NUMBER}){{1,2}}{_GAP}{_WORDS}){_ITEM}", needs
    )


# A long number right after the bare word: "account 00934482", but not "record 1200" nor "chart 1,000,000".
_BARE = r"[\s:#]{1,2}(?P<find>(?=[a-z0-9-]{0,8}\d{2})[a-z]{0,3}-?\d[\d-]{4,14}\d)(?![\w%]|[.,/]\d)"
_CUED = [
    (
        Kind.RECORD,
        clue(
            r"\b(?:(?:medical |health |patient )?record|chart|"
            rf"encounter|visit|case|specimen|sample|episode|file){_BARE}",
            "record chart encounter visit case specimen sample episode file",
        ),
    ),
    (
        Kind.RECORD,
        clue(
            r"\bnumber (?:on|in) (?:the|his|her|their|my|that|a) (?:wristband|sticker|label|chart|folder|file|form|"
            rf"card|record|envelope|sample|tube){_GAP}{_ITEM}",
            "number",
        ),
    ),
    (Kind.ACCOUNT, clue(rf"\baccount{_BARE}", "account")),
    (Kind.PLAN, clue(rf"\b(?:policy|claim|member|subscriber){_BARE}", "policy claim member subscriber")),
    (
        Kind.RECORD,
        _cued(
            r"mrn|m\.r\.n\.|nhs|urn|csn|fin\s?#|accession",
            r"(?:medical |health |patient )?record|(?:patient )?chart|hosp(?:ital)?\.?|patient|pt|encounter|visit|case|"
            r"admission|specimen|sample|episode|chi|file|registration",
            "mrn m.r.n nhs urn csn fin accession record chart hosp patient pt encounter visit case admission specimen "
            "sample episode chi file registration",
        ),
    ),
    (
        Kind.PLAN,
        _cued(
            r"medicare|medicaid|mbi|hicn",
            r"member(?:ship)?|subscriber|beneficiary|policy|(?:health |insurance )?plan|(?:health )?insurance|group|"
            r"claim|payer",
            "medicare medicaid mbi hicn member subscriber beneficiary policy plan insurance group claim payer",
        ),
    ),
    (
        Kind.ACCOUNT,
        _cued(
            r"acct\.?|iban|(?:billing|bank|patient|hospital) account", r"accounts?|invoice", "acct iban account invoice"
        ),
    ),
    (
        Kind.LICENCE,
        _cued(
            r"dea|npi|passport|driver'?s'? licen[cs]e|driving licen[cs]e",
            r"licen[cs]e|certificate|registration|pin",
            "dea npi passport licence license certificate registration pin",
        ),
    ),
    (
        Kind.DEVICE,
        _cued(
            r"serial|s/n|sn|udi",
            r"device|implant|pump|pacemaker|unit serial",
            "serial s/n sn udi device implant pump pacemaker",
        ),
    ),
    (Kind.VEHICLE, _cued(r"vin", r"vehicle|chassis", "vin vehicle chassis")),
]
# These need no word: the shape says what they are, or their check digit does. The Medicare number's shape is CMS's:
# C A AN N A AN N A A N N, no letter S, L, O, I, B, Z.
_LETTER, _EITHER = "[ac-hjkmnp-rt-y]", "[0-9ac-hjkmnp-rt-y]"
_SHAPED = clue(
    r"(?<![\w.,/+-])(?P<find>(?P<nhs>\d{3} \d{3} \d{4})|(?P<ssn>\d{3}(?P<sep>[- ])\d{2}(?P=sep)\d{4})"
    rf"|(?P<npi>[12]\d{{9}})|(?P<medicare>[1-9]{_LETTER}{_EITHER}\d[ -]?{_LETTER}{_EITHER}\d[ -]?{_LETTER}{{2}}\d\d)"
    r"|(?P<dea>[a-hj-mprstx][a-z9]\d{7})|(?P<vin>[a-hj-npr-z0-9]{17}))(?![\w-])"
)
_SSN_CUED = clue(
    r"\b(?:ssn|ss\s?#|ss no\.?|social security(?: number| no\.?| #)?|social)(?: number)? "
    r"(?:ending|ends)(?: in| with)? "
    r"(?P<ending>\d{4})(?![\w-])"
    r"|\b(?:ssn|ss\s?#|ss no\.?|social security(?: number| no\.?| #)?|social|"
    rf"last (?:four|4)[a-z ]{{1,20}}(?:ssn|social[a-z ]{{0,20}})){_NUMBER}?{_GAP}"
    r"(?P<find>\d{3}[- ]?\d{2}[- ]?\d{4}|\d{4})(?![\w-])",
    "ssn ss social",
)
# An ID of nothing in particular is a person's, unless the word before says what it is.
_ID = clue(
    r"(?<!trial )(?<!study )(?<!order )(?<!ticket )(?<!product )(?<!article )(?<!grant )(?<!meeting )(?<!zoom )"
    rf"(?<!course )(?<!job )(?<!asset )\bid\b{_GAP}{_ITEM}",
    "id",
)
_INSURED = frozenset("insurance insurer insured medicare medicaid plan policy coverage cover member payer".split())
_IBAN = clue(r"(?<![\w-])(?P<find>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![\w-])", low=False)
_PLATE = clue(
    r"\b(?i:(?:licen[cs]e|number|registration) plates?|registration(?: number| no\.?)?|reg\.?|plates?)"
    r"(?i:[\s:,(\"#-]{1,3}|\s(?:is|was|number|no\.?)\s)"
    r"(?P<find>[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{2,4}){1,2})(?![\w-])",
    "plate reg",
    low=False,
)
# What a number is that belongs to a paper, a trial, a pack or a book.
_OF_A_THING = re.compile(
    r"(?:isbn|issn|doi|pmid|pmc|nct|isrctn|eudract|prospero|crd|lot|batch|grant|pages?|pp?\.|vol(?:ume)?|order|orcid|"
    r"snomed|loinc|charity|version|ref|ean|gtin|ndc|funding)(?:-?1[03])?(?: (?:no\.?|number|code))?[^a-z0-9]{0,3}$"
)
_NHS = re.compile(r"\b(?:nhs|chi)\b[^\d]{0,20}$")
CALLING = frozenset("call phone tel telephone cell mobile fax ring text pager whatsapp number".split())


def of_a_thing(passage: Passage, start: int) -> bool:
    """Says whether the words before say that a number is a book's, a paper's, a trial's or a pack's."""
    return bool(_OF_A_THING.search(passage.before(start)))


def _digits(number: str) -> str:
    return "".join(character for character in number if "0" <= character <= "9")


def _names_someone(kind: Kind, token: str) -> bool:
    """Says whether a token after a cue is a number and neither a year nor a day."""
    fewest = 5 if kind is Kind.PLAN else 4  # "Medicaid 1115 waiver", "policy no. 1204 of our hospital"
    return len(_digits(token)) >= fewest and not _YEARS.fullmatch(token) and not _DAY.fullmatch(token)


def _shaped(passage: Passage, shape: str, number: str, start: int) -> Kind | None:
    """Returns what a number of a known shape is, if its check digit or the words about it bear that out."""
    if shape == "medicare":
        return Kind.PLAN
    if shape == "nhs" and _NHS.search(passage.before(start, 30)):
        return Kind.RECORD
    if of_a_thing(passage, start):
        return None
    if shape == "ssn":
        return Kind.SSN
    if shape == "nhs":
        # One telephone number in eleven would pass the check.
        called = passage.words_around(start) & CALLING
        return Kind.RECORD if check_digits.nhs_number(_digits(number)) and not called else None
    if shape == "vin":
        return Kind.VEHICLE if check_digits.vin(number) else None
    checked = check_digits.npi(number) if shape == "npi" else check_digits.dea(number)
    return Kind.LICENCE if checked else None


def spans(passage: Passage) -> Iterator[Span]:
    """Yields the numbers that identify someone, each perhaps under several kinds: the first is the likeliest."""
    yield from _after_cues(passage)
    yield from _after_id(passage)
    for found in passage.matches(_SHAPED):
        shape = next(name for name in ("nhs", "ssn", "npi", "medicare", "dea", "vin") if found[name])
        kind = _shaped(passage, shape, found["find"], found.start())
        if kind:
            yield Span(kind, *found.span("find"))
    for found in passage.matches(_IBAN):
        if check_digits.iban(found["find"].replace(" ", "")):
            yield Span(Kind.ACCOUNT, *found.span("find"))


def _after_id(passage: Passage) -> Iterator[Span]:
    for found in passage.matches(_ID):
        if len(_digits(found["find"])) >= 5 and not _DAY.fullmatch(found["find"]):
            insured = passage.words_around(found.start()) & _INSURED
            yield Span(Kind.PLAN if insured else Kind.RECORD, *found.span("find"))


def _after_cues(passage: Passage) -> Iterator[Span]:
    for kind, cued in _CUED:
        for found in passage.matches(cued):
            if _names_someone(kind, found["find"]):
                yield Span(kind, *found.span("find"))
    for found in passage.matches(_SSN_CUED):
        if found["ending"]:
            yield Span(Kind.SSN, *found.span("ending"))
        elif len(found["find"]) > 4 or "last" in found[0] or "ss" in found[0]:
            yield Span(Kind.SSN, *found.span("find"))
    for found in passage.matches(_PLATE):
        if _digits(found["find"]) and any(map(str.isalpha, found["find"])):
            yield Span(Kind.VEHICLE, *found.span("find"))
