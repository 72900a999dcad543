"""Words as a search compares them: without case, accents and points, whatever the script.

What is stored and what is asked for go through here, and nowhere else is a text cut into words. So both databases find
the same, whatever their own rules are.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

WORD_LENGTH = 40  # letters of a word that are compared; what is longer is a key or an address

# Written without blanks: each character is a word, and a row of them is found as one.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Points, accents and vowel signs that Python counts as no letters, in the scripts that need them inside a word.
_SIGNS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a4d\u0a81-\u0acd\u0b01-\u0b4d\u0b82-\u0bcd\u0c00-\u0c4d\u0c81-\u0ccd"
    "\u0d00-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
_WORD = re.compile(rf"[{_IDEOGRAPHS}][\u3099\u309a]?|(?:[^\W_{_IDEOGRAPHS}]|[{_SIGNS}])+")
_ASCII = re.compile(r"[a-z0-9]+")
_SIGN = re.compile(f"[{_SIGNS}]")
# Letters with a stroke or joined, which Unicode takes apart for nobody.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
    }
)


class Word(NamedTuple):
    """A word as it is compared, and where it stands in the text."""

    folded: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yields the words of a text in their order."""
    if text.isascii():
        for found in _ASCII.finditer(text.lower()):
            yield Word(found[0][:WORD_LENGTH], found.start(), found.end())
        return
    for found in _WORD.finditer(text):
        if word := fold(found[0]):
            yield Word(word, found.start(), found.end())


def folded(text: str) -> str:
    """Returns a text's words with a blank before, between and behind them, so that ` word ` is found in it."""
    if text.isascii():  # as most are; a list and no generator, for each comment that is put in comes this way
        return f" {' '.join([word[:WORD_LENGTH] for word in _ASCII.findall(text.lower())])} "
    return f" {' '.join(word.folded for word in words(text))} "


@lru_cache(8192)
def fold(word: str) -> str:
    """Returns a word as it is compared: letters, digits and the signs that carry sense; empty when none is left."""
    if word.isascii():
        return word.lower()[:WORD_LENGTH]
    apart = unicodedata.normalize("NFKD", word).casefold().translate(_PLAIN)
    # Twice: casefolding can put marks behind a letter once more.
    kept = (letter for letter in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(letter))
    return "".join(letter for letter in kept if letter.isalnum() or _SIGN.match(letter))[:WORD_LENGTH]
