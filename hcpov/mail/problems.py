"""Why a letter was not sent, as it is kept and as it is said.

It is kept in English, as the log has it, and told in the site's language from these shapes. What a relay wrote is never
kept; its numbers are.
"""

import re

from hcpov.languages import gettext
from hcpov.text.messages import mark

STEPS = (mark("the call"), mark("the sender"), mark("the recipient"), mark("the text"), mark("the end of the text"))
SHAPES = (
    mark("DNS does not know the relay's name"),
    mark("HCPOV_MAIL_FROM is no address"),
    mark("dropped at the desk"),
    mark("it cannot be written as a letter"),
    mark("no address that mail can be sent to"),
    mark("nothing answers at the relay's address and port"),
    mark("put off with %(code)s"),
    mark("refused with %(code)s"),
    mark("the relay answered %(code)s to %(step)s"),
    mark("the relay cannot be reached: %(kind)s"),
    mark("the relay gave no answer to %(step)s"),
    mark("the relay gave no answer to the whole text"),
    mark("the relay hung up at %(step)s"),
    mark("the relay offers no TLS, so the password was kept back"),
    mark("the relay takes no letters outside ASCII in an address"),
    mark("the relay took too long to answer the call"),
    mark("the relay's certificate or TLS is not good enough"),
    mark("this address refused mail before, with %(code)s"),
)
IN_A_ROW = mark("%(problem)s, %(number)s times in a row")

_PARTS = {"code": r"[\d.? ]*?", "step": "|".join(map(re.escape, STEPS)), "kind": r"\w+"}
_ROW = re.compile(r"(?P<problem>.*), (?P<number>\d+) times in a row")


def said(problem: str) -> str:
    """Returns what is kept of a problem in the site's language; as it is kept where no shape fits."""
    if found := _ROW.fullmatch(problem):
        return gettext(IN_A_ROW, problem=said(found["problem"]), number=found["number"])
    for shape, written in _WRITTEN:
        if found := written.fullmatch(problem):
            parts = found.groupdict()
            return gettext(shape, **(parts | {"step": gettext(parts["step"])} if "step" in parts else parts))
    return problem


def _written(shape: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", shape)
    return re.compile("".join(f"(?P<{p}>{_PARTS[p]})" if at % 2 else re.escape(p) for at, p in enumerate(pieces)))


_WRITTEN = [(shape, _written(shape)) for shape in SHAPES]
