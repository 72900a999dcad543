"""Days in a person's care or life, and ages over 89."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from re import Match
from typing import NamedTuple

from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Passage, Word, clue

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_YEAR = r"(?:1[89]|20)\d\d"
_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = rf"{_NUMBER}(?:st|nd|rd|th)?"
_DATE = clue(
    rf"(?<![\w./:+-])(?P<find>{_WEEKDAY}(?:the )?{_ORDINAL}(?: of)?[ -](?P<month>{_MONTH})\b\.?"
    rf"(?:[ ,'-]{{1,2}}(?:{_YEAR}|\d\d\b(?!:)))?"
    rf"|{_WEEKDAY}(?P<first>{_MONTH})\b\.? (?:the )?{_ORDINAL}\b(?:,? (?:{_YEAR}))?"
    rf"|(?P<numeric>{_YEAR}(?P<sep>[-/.]){_NUMBER}(?P=sep){_NUMBER}"
    rf"|{_NUMBER}(?P<mark>[-/.]){_NUMBER}(?P=mark)(?:{_YEAR}|\d\d))"
    rf"|{_MONTH}(?: of)? {_YEAR}"
    rf"|(?<= )(?P<short>{_NUMBER}/{_NUMBER})(?! (?:scale|score|points?|of)))(?![\w%]|[-/.:]\d)"
)
_HOLIDAY = clue(
    r"\b(?P<find>christmas(?: eve| day)|boxing day|new year's(?: eve| day)|thanksgiving(?: day)?|"
    r"easter (?:sunday|monday)|good friday|halloween|valentine's day|independence day)\b",
    "christmas boxing year's thanks easter friday halloween valentine independence",
    anywhere=True,
)
# The day itself is meant, whatever else the sentence is about.
_DATED = re.compile(
    r"(?:\bdob|\bd\.o\.b\.?|date of birth|birth ?date|birth ?day|\bdod|date of death|"
    r"date of (?:service|admission|discharge)|\blmp|(?:admission|discharge|admit) date)\b[^\d\n]{0,12}$"
)
_DATED_WORDS = frozenset("dob d.o.b birth birthdate birthday date dod lmp".split())
_EVENTS = frozenset(
    "dob born birth birthday admitted admission readmitted hospitalised hospitalized discharged discharge "
    "died death deceased passed transferred intubated extubated operated surgery biopsy biopsied diagnosed "
    "lmp edd seen saw appointment delivered transplanted d/c d/c'd dc'd arrested amputated sectioned "
    "dialysed catheterised arrived collapsed".split()
)
_LIKELY = frozenset(
    "came brought accident injury clinic visit visited fell fall scan scanned mri ct dialysis follow-up "
    "followup replaced wound stroke presented home walked called missed treated infusion chemo chemotherapy "
    "radiotherapy vaccine vaccinated test tested removed met examined bled seizure procedure underwent "
    "started stopped injured overdose infarct ill sick hurt cast check relapsed left funeral ward icu ed "
    "hospital emergency letter returned had last".split()
)
_PERSON = frozenset(
    "he she his her him hers himself herself he's she's patient patient's pt pts mr mrs ms miss man woman "
    "lady gentleman boy girl baby child infant toddler son daughter mother father wife husband grandmother "
    "grandfather grandma grandpa uncle aunt sister brother neighbour neighbor resident client widow widower "
    "mum mom dad teenager roommate".split()
)
_MANY = frozenset(
    "patients adults babies children women men participants people everyone everybody all admissions "
    "discharges cases records staff residents nurses".split()
)
_PUBLIC = frozenset(
    "guideline guidelines guidance published publication publishes conference congress deadline webinar "
    "meeting meetings policy policies version updated update revised revision edited dated tariff strike "
    "approved approval declared declares trial study audit audited cohort screened rota rotas club abstract "
    "abstracts law act protocol paper article draft course training journal review recall expiry campaign "
    "celebrate symposium summit session lecture exam registry registration announced announcement issued "
    "retracted online embargo budget election vote hearing report reports statement launch launched rollout "
    "app software website newsletter workshop keynote poster cdc fda funding grant".split()
) | (_MANY - {"people", "all", "residents", "nurses"})
_SINCE = re.compile(r"\b(?:after|before|since|between|from|until|till|by|and|to)\s$")
_NEAR, _BESIDE = 100, 30
_FAR = 10_000
_OLDEST_PRIVATE_YEAR = 1900


class _Telling(NamedTuple):
    """What the words of a sentence say about the dates in it."""

    events: list[Word]
    likely: list[Word]
    public: list[Word]
    someone: bool
    many: bool
    dated: bool


def spans(passage: Passage) -> Iterator[Span]:
    """Yields dates other than a year that stand with an event in someone's care, and ages over 89."""
    tellings: dict[int, _Telling] = {}
    for found in passage.matches(_DATE):
        start, end = found.span("find")
        sentence = passage.sentence(start)
        if sentence not in tellings:
            tellings[sentence] = _telling(passage.words(sentence))
        telling = tellings[sentence]
        if telling.dated and _DATED.search(passage.before(start, 40)):
            meant = True
        else:
            meant = _of_a_person(telling, passage, start, end, short=bool(found["short"]))
        if meant and _is_date(found, passage):
            yield Span(Kind.DATE, start, end)
    for found in passage.matches(_HOLIDAY):
        start, end = found.span()
        if _of_a_person(_telling(passage.words(passage.sentence(start))), passage, start, end, short=False):
            yield Span(Kind.DATE, start, end)
    yield from _ages(passage)


def _is_date(found: Match[str], passage: Passage) -> bool:
    """Says whether numbers can be a day and a month, a word a month's name ("2 may need" is none), and how long ago."""
    numeric, month = found["numeric"], "month" if found["month"] else "first"
    if numeric:
        first, second, third = (int(part) for part in re.split(r"[-/.]", numeric))
        if not (second <= 12 or (first <= 12 and (third < 100 or third >= 1800))):
            return False
    elif found[month] in ("may", "mar", "march") and not passage.text[found.start(month)].isupper():
        return False
    year = re.search(_YEAR, found["find"])
    return not year or int(year[0]) >= _OLDEST_PRIVATE_YEAR


def _telling(words: list[Word]) -> _Telling:
    return _Telling(
        events=[word for word in words if word.text in _EVENTS],
        likely=[word for word in words if word.text in _LIKELY],
        public=[word for word in words if word.text in _PUBLIC],
        someone=any(word.text in _PERSON for word in words),
        many=any(word.text in _MANY for word in words),
        dated=any(word.text in _DATED_WORDS for word in words),
    )


def _distance(words: list[Word], start: int, end: int) -> int:
    """Returns how far the nearest of `words` is; what stands after the date counts as a little further."""
    after = bisect_left(words, (start,))
    before = start - words[after - 1].end if after else _FAR
    return min(before, words[after].start - end + 10 if after < len(words) else _FAR)


def _of_a_person(telling: _Telling, passage: Passage, start: int, end: int, *, short: bool) -> bool:
    """Says whether a date is a day in someone's care: an event near by, and nothing public nearer."""
    if not telling.events and not telling.likely:
        return False
    if telling.many and not telling.someone and _SINCE.search(passage.before(start, 12)):
        return False  # "patients admitted after 1 January 2024": a study, a rule
    if short:
        return _is_short_date(telling, passage, start, end)
    public = _distance(telling.public, start, end)
    event = _distance(telling.events, start, end)
    if event < min(public, _NEAR) and (telling.someone or event <= _BESIDE):
        return True
    if not telling.someone or public < _NEAR:
        return False
    return _distance(telling.likely, start, end) < _NEAR


def _is_short_date(telling: _Telling, passage: Passage, start: int, end: int) -> bool:
    """Says whether two numbers with a stroke are a day: right after an event, and not "2/2" (secondary to)."""
    first, second = passage.low[start:end].split("/")
    after = min(_distance(telling.events, start, end), _distance(telling.likely, start, end))
    beside = after <= (4 if passage.before(start, 3) == "on " else 1)
    on_a_day = telling.someone and bool(telling.events) and passage.before(start, 4).strip() == "on"
    return (beside or on_a_day) and first != second and min(int(first), int(second)) <= 12


_OLD = r"(?:9\d|1[01]\d)"
_NINETY = (
    r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"(?:a |one )?hundred(?: and (?:one|two|three|four|five))?)"
)
_YEARS_OLD = r"(?:[ -]?(?:years?|yrs?)[ -]old|[ -]?y/?o|[ -]?y\.o\.?|[ -]?(?:years?|yrs?) of age|[ -]?yrs?\b(?! ago))"
_NAME = r"[^\W\d_][\w'-]{1,24}"
_PEOPLE = (
    r"(?:patient|pt|man|woman|lady|gentleman|mother|father|mum|mom|dad|grandmother|grandfather|grandma|grandpa|aunt|uncle|"
    r"neighbou?r|widow|widower|husband|wife|resident|client|teacher|farmer|brother|sister)"
)
_AGES = [
    clue(rf"(?<![\w./:<>≥≤=,-])(?P<find>{_OLD}{_YEARS_OLD}[mf]?)(?!\w)", "y"),
    clue(rf"\b(?P<find>(?:aged|age:?|age of|age is)\s{_OLD})\b(?![%+]|[-/.:]\d)", "age"),
    clue(
        r"\b(?:he|she|who|patient|pt|man|woman|lady|gentleman|mother|father|grandmother|grandfather|grandma|grandpa|aunt|"
        rf"uncle)(?:'s| is| was)(?: now| already| only| almost| just| nearly)? (?P<find>{_OLD})\b(?![%+°/]|[-.:]\d)",
        "'s is was",
    ),
    clue(rf"\b(?:turned|turns|turning) (?P<find>{_OLD})\b(?![%+°]|[-/.:]\d)", "turn"),
    clue(rf"(?<![\w./:<>≥≤=,-])(?P<find>{_OLD}[ -](?:male|female|man|woman|lady|gentleman))\b", "man male lady"),
    clue(
        rf"\b(?:mr|mrs|ms|miss)\.? (?:[^\W\d_]\. ?)?{_NAME}(?: {_NAME})?,? \(?(?P<find>{_OLD})\b(?=[,.;)])",
        "mr ms miss",
    ),
    clue(rf"\b{_PEOPLE},? \(?(?P<find>{_OLD})(?=[,;)])", "t r n d e y"),
    clue(rf"\b(?P<find>{_NINETY}[ -]years?[ -]old)\b", "ninety hundred", anywhere=True),
]
_MORE_THAN = re.compile(
    r"(?:over|above|older than|under|below|least|most|than|between|to|and|until|till|≥|>|<|≤)\s{0,2}(?:the age of )?$"
)
_OR_MORE = re.compile(r"[ -]{0,2}(?:years? )?(?:and|or) (?:over|older|above|more|up|beyond)|\+|\s?(?:to|-)\s?\d")
_NOT_YEARS = re.compile(
    r"\s?(?:%|kg|lbs?\b|pounds|cm|mm|mg|ml|bpm|percent|per|"
    r"on (?:room|air|\d|o2|oxygen|one|two|three|four|five|six|high)|"
    r"over \d|systolic|diastolic|"
    r"minutes?|mins?|hours?|days?|weeks?|months?|degrees|miles|beds?|patients|litres|points|steps)"
)
_OLD_THING = re.compile(
    r"[ -](?:[a-z]+ )?(?:building|hospital|institution|tradition|house|journal|charity|law|clinic|ward|school|college|"
    r"company|bed|machine|idea|drug|rule|record|system|pipes?|plumbing|university|history|society|theory|test|text|photo)"
)
_THING_IS = re.compile(
    r"\b(?:building|hospital|wing|ward|school|house|bed|machine|clinic|rule|idea|drug|law|system|theatre|lift|it|this|"
    r"that)(?:'s| is| was| are| were| turns| turned)(?: now| already| over| nearly| almost| about)? $"
)
_STATISTIC = frozenset("mean median average cohort arm iqr participants".split())


def _ages(passage: Passage) -> Iterator[Span]:
    """Yields single persons' ages over 89: Safe Harbor allows "90 or older" and a group's mean."""
    for of_kind in _AGES:
        for found in passage.matches(of_kind):
            start, end = found.span("find")
            after = passage.after(end, 32)
            before = passage.before(start)
            if _MORE_THAN.search(before) or _THING_IS.search(before) or _OR_MORE.match(after):
                continue
            if _NOT_YEARS.match(after) or _OLD_THING.match(after) or passage.words_around(start) & _STATISTIC:
                continue
            yield Span(Kind.AGE, start, end)
