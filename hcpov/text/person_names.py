"""Names of patients and of their relatives, told from those of clinicians, authors and characters in books."""

import re
from collections.abc import Iterator

from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Passage, clue

_CAP = r"(?:(?:[DO]'|Mc|Mac)?[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{1,24}(?:[-'][A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{1,24})?)"
_OF = r"(?:(?:van|von|de|der|den|del|della|di|da|la|le|el|al|bin|ibn|ten|ter|dos|das|du) ){0,3}"
_NAME = rf"{_OF}{_CAP}(?: (?:[A-Z]\.? )?{_OF}{_CAP}){{0,2}}"
_FULL = rf"{_CAP}(?: [A-Z]\.?)?(?: {_OF}{_CAP}){{1,2}}"
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Herr|Frau|Mme|Madame|Señora?|MRS|MISS)\b\.?"
_SOMEONE_NEEDS = (
    "patient pt client resident woman man lady gentleman boy girl child baby toddler teenager neighbour "
    "neighbor roommate lad widow widower deceased victim"
)
_RELATIVE_NEEDS = (
    "wife husband partner son daughter mother father mum mom dad sister brother aunt uncle grandson "
    "granddaughter grandmother grandfather niece nephew child boy girl twin carer fiancé fiancée"
)
_SOMEONE = f"(?:{_SOMEONE_NEEDS.replace(' ', '|')})"
_RELATIVE = f"(?:{_RELATIVE_NEEDS.replace(' ', '|')})"
_PLACE = r"(?:[Bb]ed|[Rr]oom|[Rr]m|[Bb]ay|[Cc]ubicle|[Ss]ide room|[Cc]hair|[Tt]rolley|[Ww]ard)"
_OLD = r"(?:years?|yrs?|y/o|yo\b|y\.o\.)"
_CAME = (
    r"(?:presented|presents|came|comes|admitted|arrived|arrives|fell|died|collapsed|complain|brought|referred|"
    r"has a history|had a|has had|is (?:in|on|a)\b|with\b|on day|was (?:admitted|seen|brought|sent|referred|found|"
    r"discharged|transferred|diagnosed|operated|rushed|given|told|in))"
)

_TITLED = clue(
    rf"\b(?P<find>{_TITLE}(?: (?:and|&) {_TITLE})?(?: |(?<=\.))(?:[A-Z]\. ?){{0,2}}{_NAME})",
    "mr ms miss mx herr frau mme madame señor",
    low=False,
    anywhere=True,
)
_CLUES = [
    # As in "John Smith, 45, presented", "Maria Delgado (67) was admitted", "Anna Berger, 31 y/o".
    clue(
        rf"\b(?P<find>{_FULL})(?:,? \(?(?:aged? )?\d{{1,3}}(?:\)?,? (?:who |he |she )?{_CAME}|[ -]?{_OLD})"
        rf"|, (?:an?|the|our) \d{{1,3}}[ -]?{_OLD})",
        low=False,
    ),
    # As in "a patient named Carol Ann Boyd".
    clue(
        rf"(?i:\b{_SOMEONE}),? (?:was |is |by the name of |whose name (?:is|was) |named |called |name of ){{1,2}}"
        rf"(?P<find>{_NAME})",
        "name called",
        low=False,
        anywhere=True,
    ),
    # As in "a lady last week, Bernadette Moloney, who" and "The deceased was Rupert Finchley".
    clue(
        rf"(?i:\b{_SOMEONE}s?(?: [a-z]{{1,12}}){{0,3}}), (?P<find>{_FULL}),",
        _SOMEONE_NEEDS,
        low=False,
        anywhere=True,
    ),
    clue(rf"(?i:\bthe {_SOMEONE}) (?:is|was) (?P<find>{_FULL})", _SOMEONE_NEEDS, low=False, anywhere=True),
    # As in "Pt K. Danso".
    clue(
        rf"(?i:\b(?:patient|pt|client|resident)):? (?P<find>(?:[A-Z]\. ?){{1,2}}{_CAP})",
        "patient pt client resident",
        low=False,
        anywhere=True,
    ),
    # As in "I looked after Lucy Hobbs", "little Amelie", "Amelie, five years old".
    clue(
        rf"(?i:\b(?:looked after|looking after|nursed|cared for|caring for|took care of|sat with)) (?P<find>{_NAME})",
        "looked looking nursed car took sat",
        low=False,
        anywhere=True,
    ),
    clue(rf"\b(?:little|poor|[Bb]aby|dear old) (?P<find>{_NAME})", "little poor baby dear", low=False, anywhere=True),
    clue(
        rf"\b(?P<find>{_NAME}), (?:aged )?(?:\d{{1,3}}|[a-z]{{3,7}}(?:-[a-z]{{3,5}})?)[ -]{_OLD}[ -]?(?:old\b|,)",
        "y/o yo year yr",
        low=False,
        anywhere=True,
    ),
    # As in "Patient: Samuel Ortiz" and "Pt name Olga Brandt".
    clue(
        rf"(?i:\b(?:patient|pt|client|resident)(?:'s)?)(?i: name)?(?: is| was)?:? ?(?P<find>{_FULL})",
        "patient pt client resident",
        low=False,
        anywhere=True,
    ),
    clue(
        rf"(?i:\b(?:patient|pt|client|his|her|their)(?:'s)? name)(?: is| was)?:? (?P<find>{_NAME})",
        "name",
        low=False,
        anywhere=True,
    ),
    clue(rf"(?i:\bname:) (?P<find>{_FULL})", "name:", low=False, anywhere=True),
    clue(rf"(?i:\bmy (?:patient|client|resident)) (?P<find>{_NAME})", "my", low=False, anywhere=True),
    # As in "67-year-old Bob Tanner" and "Bob Tanner is a 67-year-old".
    clue(rf"\b\d{{1,3}}[ -]?{_OLD}(?:[ -]old)? (?P<find>{_FULL})", "y", low=False),
    clue(rf"\b(?P<find>{_FULL})(?: is| was)? an? \d{{1,3}}[ -]?{_OLD}", "y", low=False),
    # As in "mrs smith in bed 4".
    clue(rf"\b(?P<find>(?:mr|mrs|ms|miss)\.? [^\W\d_][\w'-]{{1,24}}) (?:in|from) {_PLACE.lower()} \w", "mr ms miss"),
    # As in "The girl, Lucy Hobbs, was".
    clue(
        rf"(?i:\b(?:the|my|our|this|that|a|little|old|young) {_SOMEONE}), (?P<find>{_NAME}),",
        _SOMEONE_NEEDS,
        low=False,
        anywhere=True,
    ),
    # As in "his wife Eleanor", "the neighbour's child, Nico Ferrant", "The son, Patrick Dunleavy,".
    clue(
        rf"(?i:\b(?:his|her|their|[^\W\d_]{{1,24}}'s?) {_RELATIVE}),? (?P<find>{_NAME})",
        _RELATIVE_NEEDS,
        low=False,
        anywhere=True,
    ),
    clue(rf"(?i:\bthe {_RELATIVE}), (?P<find>{_NAME}),", _RELATIVE_NEEDS, low=False, anywhere=True),
    # As in "Gerald in room 9".
    clue(
        rf"\b(?P<find>{_NAME}) (?:in|from) {_PLACE} [\dA-Z]",
        "bed room rm bay cubicle chair trolley ward",
        low=False,
    ),
]
# Capitals that begin a sentence or name something else.
_NO_NAMES = frozenset(
    "the a an and or but over under about nearly only aged age if in on at of for to from with by as it its "
    "this that these those there here he she we you they i his her our my your their patient patients pt "
    "nurse nurses doctor doctors dr prof professor people everyone everybody someone somebody nobody man "
    "woman men women lady gentleman boy girl child children baby staff resident residents family families "
    "visitors relatives two three four all both each every no not yes monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october november "
    "december safety care association portal group forum advice liaison reported experience rights "
    "engagement advisory council board sister matron midwife surgeon consultant charge information data "
    "physician scale score index test syndrome disease trial study ward unit hospital clinic room bed "
    "journal medicine health centre center report guideline committee society college university department "
    "service services sepsis covid flu falls infection infections meeting meetings call calls light lights "
    "heating noise windows something nothing anything everything whoever what when where why how who which "
    "please thanks thank dear hello just only even move moved tell ask see hand transfer today yesterday "
    "tonight overnight fwd re mr mrs ms miss mx sir madam president secretary chairman chairwoman chair "
    "speaker minister chancellor mayor justice judge senator doctor one another other half most many some "
    "several few".split()
)
# Told of these words, someone with a title is no patient …
_PUBLIC = frozenset(
    "minister senator government president parliament congressman congresswoman mayor editor author film "
    "movie novel book play series episode character sketch poem song read reads reading wrote writes "
    "chancellor commissioner ombudsman thanks thank agree agrees disagrees colleague manager chairman ceo "
    "director speaker tv commenter comment".split()
)
# … unless these stand beside it.
_IN_CARE = frozenset(
    "bed bay room cubicle ward patient patient's pt admitted discharged dob mrn tablets medication surgery "
    "operation fracture presented bleeding pain fell breathe needles ventilator theatre chemo dialysis "
    "biopsy".split()
)
_APPOSED = re.compile(
    r"(?:'s? government|'s? law|, (?:our|the|my|a|an|your|their|who is our|head|chief|director|editor|then)\b"
    r"[^.,;\n]{0,40}\b(?:pharmacist|minister|manager|editor|author|director|head|chief|nurse|teacher|lawyer|secretary|"
    r"chair|chairman|president|senator|mayor|consultant|surgeon|matron|administrator|officer|professor|physiotherapist|"
    r"dietitian|clerk|engineer|sister|porter|cleaner|trainer|mentor|judge)\b)"
)
_CLINICIAN = re.compile(r"\b(?:dr|prof|nurse|sister|matron|doctor|professor|midwife)\b\.? $")
_IN_BOOKS = frozenset(
    "dalloway doubtfire bovary poppins holland darcy bean spock frankenstein marple gamp tiggywinkle hyde".split()
)
_TITLES = frozenset("mr mrs ms miss mx herr frau mme madame señor señora and".split())
_LETTERS = re.compile(r"[^\W\d_]+")


def spans(passage: Passage) -> Iterator[Span]:
    """Yields names of patients and of their relatives."""
    for found in passage.matches(_TITLED):
        if not _is_public(passage, *found.span("find")):
            yield Span(Kind.NAME, *found.span("find"))
    for of_kind in _CLUES:
        for found in passage.matches(of_kind):
            words = _words(passage, *found.span("find"))
            if not _CLINICIAN.search(passage.before(found.start("find"))) and not _NO_NAMES.intersection(words):
                yield Span(Kind.NAME, *found.span("find"))


def _words(passage: Passage, start: int, end: int) -> list[str]:
    """Returns the words of a name without titles."""
    return [word for word in _LETTERS.findall(passage.low, start, end) if word not in _TITLES]


def _is_public(passage: Passage, start: int, end: int) -> bool:
    """Says whether someone with a title is a colleague, an office-holder or made up."""
    words = _words(passage, start, end)
    if not words or words[0] in _NO_NAMES or words[0] in _IN_BOOKS or _APPOSED.match(passage.low, end, end + 80):
        return True
    around = passage.words_around(start)
    return bool(around & _PUBLIC) and not around & _IN_CARE
