"""What people type, made safe to store without changing a word of it."""

import re
import unicodedata

# C0 and C1 controls but for newline and tab, and lone surrogates: PostgreSQL refuses NUL, XML refuses the rest.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
# Characters that turn the direction of what follows them: a name with one would turn the rest of its line as well.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """Returns `text` without the characters that cannot be stored, and is otherwise as it was."""
    return _UNSTORABLE.sub("", text)


def clean(text: str) -> str:
    """Returns `text` with one kind of line end, composed letters (NFC), and no characters that cannot be stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", storable(text)).strip()


def one_line(text: str) -> str:
    """Returns `text` cleaned and on one line: names and titles cannot carry line ends into headers, nor turn a line."""
    return text and _BLANKS.sub(" ", _TURNS.sub("", clean(text))).strip()


def is_blank(text: str) -> bool:
    """Says whether there is nothing to see in `text`: only white space, controls and invisible format characters."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def initials(name: str) -> str:
    """Returns up to two capitals for a name: the first letters of its first and last words."""
    words = [word for word in re.split(r"[\s.]+", name) if word[:1].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"
