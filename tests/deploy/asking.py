"""Asking a server just so, and its answers as they can be held against each other."""

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from tests.deploy.fronts import NAME
from tests.live import SECONDS

# What belongs to the connection or the moment, and not to the page.
OF_THE_LINE = {"date", "server", "connection", "keep-alive", "transfer-encoding", "expires", "x-request-id"}


@dataclass(frozen=True)
class Answer:
    """An answer: status, headers in small letters and in order of name, and what it says."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Returns every value of a header."""
        return [value for each, value in self.headers if each == name]


def ask(
    address: str, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", body: bytes | None = None
) -> Answer:
    """Asks on a connection of its own, with the path as it stands. https:// is asked by the site's name."""
    scheme, _, where = address.partition("://")
    connection = http.client.HTTPConnection(where, timeout=SECONDS)
    if scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(where, timeout=SECONDS, context=context)
    with closing(connection):
        connection.request(method, path, body, dict({"Host": NAME} if scheme == "https" else {}) | dict(headers or {}))
        answer = connection.getresponse()
        said = answer.read()
        found = sorted((name.lower(), value) for name, value in answer.getheaders())
        return Answer(answer.status, tuple(each for each in found if each[0] not in OF_THE_LINE), said)
