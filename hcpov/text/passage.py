"""A text made ready for searching: tricks of typing undone, split into sentences, offsets kept."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from re import Match, Pattern
from typing import NamedTuple

# What looks like something plainer, one character for one, so that offsets hold.
_PLAINER = {0x130: "I"}  # the only capital that becomes two characters when lowered
_PLAINER |= dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_PLAINER |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63], "-")
_PLAINER |= dict.fromkeys([0x2018, 0x2019, 0x201B, 0x2BC], "'") | dict.fromkeys([0x201C, 0x201D, 0x201E], '"')
_PLAINER |= {0xFF01 + place: chr(0x21 + place) for place in range(0x5E)}  # full width
_PLAINER |= {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966) for digit in range(10)}
_PLAINER |= {0x1D7CE + place: str(place % 10) for place in range(50)}  # mathematical digits
_FANCY = re.compile("[{}]+".format("".join(map(chr, _PLAINER))))
# Format characters that are not seen: soft hyphen, zero width, directions, variation selectors.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
# A sentence ends at a full stop and a blank, but for these.
_SENTENCE_END = re.compile(r"""[.!?]["')\]]?\s|\n""")
_SHORTENED = frozenset(
    "mr mrs ms dr prof no nr st tel acct vs pp pt e.g i.e jan feb mar apr jun jul aug sep sept oct nov dec "
    "hosp ave sr sra srta dra".split()
)
_ENDLESS = re.compile(r"(?<!\w)\w{200,}")
_LAST_WORD = re.compile(r"[a-z.]{1,6}$")
_WORD = re.compile(r"[^\W\d_]+(?:[.'/][^\W\d_]+)*")
_LONGEST_SENTENCE = 400
_REACH = 160
_BLOCK = 4_000
_LONGEST_MATCH = 2_100  # a link
_FAR_FROM_DIGITS = re.compile(rf"[^\d@]{{{2 * _REACH},}}")


class Clue(NamedTuple):
    """A pattern whose group `find` is looked for where a digit or an @ is near, or `anywhere`.

    It is tried only where one of the words it `needs` is near: asking that costs a hundredth of trying.
    """

    pattern: Pattern[str]
    needs: tuple[str, ...] = ()
    low: bool = True
    anywhere: bool = False


def clue(pattern: str, needs: str = "", *, low: bool = True, anywhere: bool = False) -> Clue:
    """Makes a clue; `needs` are words (or parts of words) in small letters, parted by blanks."""
    return Clue(re.compile(pattern), tuple(needs.split()), low, anywhere)


class Word(NamedTuple):
    """Where a word stands, and the word in small letters."""

    start: int
    end: int
    text: str


class Passage:
    """A text with fancy characters made plain and unseen ones left out: `text`, and `low` in small letters.

    Everything here takes time in proportion to the length of the text, and so does each rule: no pattern repeats
    without a bound inside another repeat, and the words around a place come from sentences of a bounded length.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        plain = source if source.isascii() else _FANCY.sub(lambda found: found[0].translate(_PLAINER), source)
        self._cuts: list[int] = []  # places in `text` before which unseen characters stood
        self._shifts: list[int] = []  # how many stood before it in all
        pieces, last, shift = [], 0, 0
        for found in () if source.isascii() else _UNSEEN.finditer(plain):
            pieces.append(plain[last : found.start()])
            self._cuts.append(found.start() - shift)
            shift += found.end() - found.start()
            self._shifts.append(shift)
            last = found.end()
        self.text = "".join([*pieces, plain[last:]])
        self.low = self.text.lower()
        self._words: dict[int, list[Word]] = {}
        self._word_sets: dict[int, frozenset[str]] = {}

    def in_source(self, start: int, end: int) -> tuple[int, int]:
        """Returns where the stretch of `text` from `start` to `end` stands in the source."""
        return self._source_place(start), self._source_place(end - 1) + 1

    def _source_place(self, place: int) -> int:
        before = bisect_right(self._cuts, place)
        return place + (self._shifts[before - 1] if before else 0)

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """The parts of the text that have a digit or an @ anywhere near: most of an ordinary text is outside."""
        parts, last = [], 0
        for gap in _FAR_FROM_DIGITS.finditer(self.text):
            if gap.start() > 0:
                parts.append((last, gap.start() + _REACH))
            last = gap.end() - _REACH
        if last < len(self.text) and (last == 0 or last + _REACH < len(self.text)):
            parts.append((last, len(self.text)))
        return parts

    def matches(self, clue: Clue) -> Iterator[Match[str]]:
        """Yields the matches of a clue, in `low` or else in `text`."""
        text = self.low if clue.low else self.text
        for start, end in self._called_for(clue):
            for found in clue.pattern.finditer(text, start, end + _LONGEST_MATCH):
                if found.start() >= end:
                    break
                yield found

    def _called_for(self, clue: Clue) -> Iterator[tuple[int, int]]:
        """Yields the parts of the text that hold a word which the clue needs; neighbours are joined."""
        first, last = 0, 0
        for start, end, ordinary in self._blocks_anywhere if clue.anywhere else self._blocks_near_digits:
            for word in clue.needs:  # a loop and no any(): a comment asks some six hundred times
                if word in ordinary:
                    break
            else:
                if clue.needs:
                    continue
            if start != last:
                if last:
                    yield first, last
                first = start
            last = end
        if last:
            yield first, last

    @cached_property
    def _blocks_anywhere(self) -> list[tuple[int, int, str]]:
        return self._blocks([(0, len(self.text))])

    @cached_property
    def _blocks_near_digits(self) -> list[tuple[int, int, str]]:
        return self._blocks(self.stretches)

    def _blocks(self, parts: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
        """Cuts parts of the text into blocks, each with what is written in and right after it but for endless words."""
        cuts = [(at, min(at + _BLOCK, end)) for start, end in parts for at in range(start, end, _BLOCK)]
        return [(start, end, _ENDLESS.sub("", self.low[start : end + 2 * _REACH])) for start, end in cuts]

    @cached_property
    def _starts(self) -> list[int]:
        """Where sentences start; one that is too long is cut."""
        starts = [0]
        for end in _SENTENCE_END.finditer(self.low):
            word = _LAST_WORD.search(self.low, max(0, end.start() - 6), end.start())
            if end[0] == "\n" or not word or word[0].strip(".") not in _SHORTENED:
                starts.append(end.end())
        cut: list[int] = []
        for start, end_ in zip(starts, [*starts[1:], len(self.text)], strict=True):
            cut.extend(range(start, max(end_, start + 1), _LONGEST_SENTENCE))
        return cut

    def sentence(self, place: int) -> int:
        """Returns the number of the sentence in which `place` is."""
        return bisect_right(self._starts, place) - 1

    def words(self, sentence: int) -> list[Word]:
        """Returns the words of a sentence."""
        if sentence not in self._words:
            start = self._starts[sentence]
            end = self._starts[sentence + 1] if sentence + 1 < len(self._starts) else len(self.text)
            self._words[sentence] = [Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(self.low, start, end)]
        return self._words[sentence]

    def words_around(self, place: int) -> frozenset[str]:
        """Returns the words of the sentence in which `place` is, each once and without their places."""
        sentence = self.sentence(place)
        if sentence not in self._word_sets:
            self._word_sets[sentence] = frozenset(word.text for word in self.words(sentence))
        return self._word_sets[sentence]

    def before(self, place: int, length: int = 24) -> str:
        """Returns what stands before `place`, in small letters."""
        return self.low[max(0, place - length) : place]

    def after(self, place: int, length: int = 24) -> str:
        """Returns what stands from `place` on, in small letters."""
        return self.low[place : place + length]
