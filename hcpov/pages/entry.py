"""A finished page as it is kept: its bytes, its headers, and what it shows."""

from dataclasses import dataclass, field

from hcpov.pages.encodings import BROTLI, GZIP, PLAIN, Body, etag
from hcpov.pages.recording import Hole

Headers = list[tuple[str, str]]


@dataclass(eq=False)
class Entry:
    """A finished page. `headers` lack those of one encoding; `slots` are those of its subjects (`counters.py`).

    It is true while no subject of it has changed since `number`; `seen` is the newest change that it was held against,
    and `looked` when its file was looked at last, in seconds of the process's own clock. `until` is in seconds since
    1970.
    """

    body: Body
    headers: Headers
    number: int
    slots: frozenset[int]
    holes: list[Hole] = field(default_factory=list)
    until: float | None = None
    polished: bool = False
    seen: int = 0
    looked: float = 0.0
    tags: dict[str, str] = field(init=False)
    ready: dict[str, Headers] = field(init=False)

    def __post_init__(self) -> None:
        self.tags, self.ready = {}, {}
        for encoding in (PLAIN, GZIP, BROTLI):
            content = self.body.of(encoding)
            tag = self.tags[encoding] = etag(self.body.mark, len(content))
            coded = [("Content-Encoding", encoding)] if encoding else []
            self.ready[encoding] = [*self.headers, ("ETag", tag), *coded, ("Content-Length", str(len(content)))]
