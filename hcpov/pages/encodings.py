"""A page as the bytes that are sent: plain, gzip and Brotli, each with a validator that nginx makes as well."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache

import brotli

QUICK, SLOW = 9, 11  # Brotli: some milliseconds for a page, or some dozen for about a tenth less
_WINDOW = 16  # in bits: a page is hardly longer, and a window that is not larger than it says so in fewer
_GZIP = 6
_ONCE_BROTLI, _ONCE_GZIP, _SHORT = 2, 1, 8192
PLAIN, GZIP, BROTLI = "", "gzip", "br"
ENDINGS = {PLAIN: "", GZIP: ".gz", BROTLI: ".br"}


@dataclass(frozen=True)
class Body:
    """A page's bytes in each encoding. `mark` is made from the content and stands for it in validators."""

    plain: bytes
    gzip: bytes
    br: bytes
    mark: int

    @property
    def size(self) -> int:
        """How many bytes there are in all encodings together."""
        return len(self.plain) + len(self.gzip) + len(self.br)

    def of(self, encoding: str) -> bytes:
        """Returns the bytes in an encoding."""
        return {PLAIN: self.plain, GZIP: self.gzip, BROTLI: self.br}[encoding]


def encoded(plain: bytes, quality: int = QUICK) -> Body:
    """Returns a page's bytes in each encoding."""
    small = brotli.compress(plain, quality=quality, lgwin=_WINDOW)
    return Body(plain, gzip.compress(plain, _GZIP, mtime=0), small, mark(plain))


def pressed(plain: bytes, encoding: str) -> bytes:
    """Returns the bytes of an answer that is sent once: some tenths of a millisecond, for a page or a fragment."""
    is_short = len(plain) < _SHORT
    if encoding == BROTLI:
        return bytes(brotli.compress(plain, quality=QUICK if is_short else _ONCE_BROTLI, lgwin=_WINDOW))
    return gzip.compress(plain, _GZIP if is_short else _ONCE_GZIP, mtime=0)


def mark(plain: bytes) -> int:
    """Returns a number of 31 bits for a content: as a file's time it fits every file system."""
    return int.from_bytes(hashlib.sha256(plain).digest()[:4]) >> 1


def etag(number: int, length: int) -> str:
    """Returns the validator (RFC 9110 8.8.3) that nginx makes of a file's time and length."""
    return f'"{number:x}-{length:x}"'


@lru_cache(1024)
def wanted(accepted: str) -> str:
    """Returns the encoding for an Accept-Encoding (RFC 9110 12.5.3): Brotli, gzip, or none."""
    found = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        found[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in (BROTLI, GZIP) if found.get(name)), PLAIN)
