"""Who may send mail for a domain: SPF (RFC 7208), as far as DNS alone can say it."""

import re
from ipaddress import ip_network

from hcpov.ops.names import Ip, Names

MOST_LOOKUPS = 10  # RFC 7208 4.6.4
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
MECHANISM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>all|include|exists|ip4|ip6|a|mx|ptr)"
    r"(?::(?P<value>[^/\s]+))?(?:/(?P<four>\d{1,2}))?(?://(?P<six>\d{1,3}))?",
    re.IGNORECASE,
)
MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)


class Broken(Exception):
    """A record that no receiver can use; the text says why."""


class Unknown(Exception):
    """A record whose answer depends on each letter: macros."""


def records(names: Names, domain: str) -> list[str]:
    """Returns the SPF records of a domain; more than one is a mistake. Raises Unanswered."""
    return [each for each in names.texts(domain) if re.match(r"v=spf1( |$)", each, re.IGNORECASE)]


class Judge:
    """Judges a domain's record for one address, and counts what DNS is asked as receivers do."""

    def __init__(self, names: Names, address: Ip) -> None:
        self.names, self.address, self.lookups = names, address, 0

    def result(self, domain: str) -> str:
        """Returns pass, fail, softfail, neutral or none. Raises Broken, Unknown and Unanswered."""
        found = records(self.names, domain)
        if len(found) > 1:
            raise Broken(f"{domain} has {len(found)} SPF records, and may have one")
        if not found:
            return "none"
        redirect = ""
        for term in found[0].split()[1:]:
            if modifier := MODIFIER.fullmatch(term):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
                continue
            mechanism = MECHANISM.fullmatch(term)
            if mechanism is None:
                raise Broken(f"“{term}” in the record of {domain} is no word of SPF")
            if self._matches(mechanism, domain):
                return RESULTS[mechanism["sign"] or "+"]
        return self._redirected(redirect) if redirect else "neutral"

    def _redirected(self, domain: str) -> str:
        self._count(domain)
        result = self.result(domain)
        if result == "none":
            raise Broken(f"it leads to {domain}, which has none")
        return result

    def _matches(self, mechanism: re.Match[str], domain: str) -> bool:
        name, value = mechanism["name"].lower(), mechanism["value"] or domain
        if name == "all":
            return True
        if name in {"ip4", "ip6"}:
            return self._within(value, mechanism["four"])
        self._count(value)
        if name == "include":
            result = self.result(value)
            if result == "none":
                raise Broken(f"it includes {value}, which has none")
            return result == "pass"
        if name == "ptr":
            return any(each == value or each.endswith(f".{value}") for each in self.names.pointers(self.address))
        hosts = self.names.mail_servers(value)[:10] if name == "mx" else [value]
        found = [each for host in hosts for each in self.names.addresses(host)]
        if name == "exists":
            return bool(found)
        size = mechanism["four"] if self.address.version == 4 else mechanism["six"]
        return any(self._within(str(each), size) for each in found if each.version == self.address.version)

    def _within(self, network: str, size: str | None) -> bool:
        try:
            return self.address in ip_network(f"{network}/{size}" if size else network, strict=False)
        except ValueError:
            raise Broken(f"“{network}” is no address") from None

    def _count(self, domain: str) -> None:
        if "%" in domain:
            raise Unknown
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise Broken(f"it needs more than {MOST_LOOKUPS} questions to DNS, and receivers stop there")
