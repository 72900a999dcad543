"""htmx served from here: fetched once from where browsers would fetch it, and kept only when it is what we know."""

import base64
import hashlib
import hmac
import ssl
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hcpov import config
from hcpov.ops.setup.machine import Machine, write
from hcpov.ops.setup.refusals import Refused
from hcpov.ops.setup.steps import Step

MOST, SECONDS = 1_000_000, 20
_VERSION = urlsplit(config.HTMX_URL).path.split("@")[1].split("/")[0]
NAME = f"js/htmx-{_VERSION}.min.js"  # browsers keep it for good, so each version has a name of its own
ADDRESS = f"/static/{NAME}"


def fetched(address: str = config.HTMX_URL, trusted: ssl.SSLContext | None = None) -> str:
    """Returns the script at an address, which must be https. Raises Refused, also for one that is not just ours."""
    try:
        if urlsplit(address).scheme != "https":
            raise Refused(f"{address} is not https.")
        opener = urllib.request.build_opener(_NoRedirects(), urllib.request.HTTPSHandler(context=trusted))
        with opener.open(address, timeout=SECONDS) as answer:
            data: bytes = answer.read(MOST + 1)
    except (OSError, ValueError) as problem:
        raise Refused(f"htmx could not be fetched from {address} ({problem}). Leave out --self-host-htmx.") from None
    if len(data) > MOST or not is_genuine(data):
        raise Refused(f"What {address} sent is not the htmx that this program knows, so it was thrown away.")
    return data.decode()


def is_genuine(data: bytes) -> bool:
    """Says whether bytes are those that config.HTMX_INTEGRITY names, as browsers check it."""
    name, _, expected = config.HTMX_INTEGRITY.partition("-")
    return hmac.compare_digest(base64.b64encode(hashlib.new(name, data).digest()).decode(), expected)


def place(code: Path) -> Path:
    """Returns where it lies, among the static files."""
    return code / "static" / NAME


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The address is written down in this program; another one is not what was asked for."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Follows nothing."""


@dataclass(frozen=True)
class Script(Step):
    """htmx among the static files of the program in `code`, from `address` with a certificate that is `trusted`."""

    code: Path
    address: str = config.HTMX_URL
    trusted: ssl.SSLContext | None = None

    def is_right(self, machine: Machine) -> bool:
        """Says whether the genuine one is there."""
        found = machine.read(place(self.code))
        return found is not None and is_genuine(found.encode())

    def words(self, _machine: Machine) -> str:
        """Says where it comes from and goes to."""
        return f"fetch    {self.address}, verified, to {place(self.code)}"

    def do(self, machine: Machine) -> None:
        """Fetches it. Raises Refused."""
        write(machine.at(place(self.code)), fetched(self.address, self.trusted), 0o644, None)
