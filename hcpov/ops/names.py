"""What DNS says."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import dns.exception
import dns.resolver
import dns.reversename

SECONDS = 5.0  # for one question, with all its repeats

Ip = IPv4Address | IPv6Address

# Addresses of this machine or this house. Python's own `is_private` has those of examples among them.
HERE = [ip_network(each) for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
HERE += [ip_network(each) for each in ("169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10")]


class Unanswered(Exception):
    """DNS gave no answer, which is not the same as that there is nothing."""


class Names:
    """Asks the machine's own name server, or the one at `server`, written as address or address:port."""

    def __init__(self, server: str = "") -> None:
        try:
            self.resolver = dns.resolver.Resolver(configure=not server)
        except dns.exception.DNSException:
            raise Unanswered("this machine names no server to ask; give one with --nameserver") from None
        self.resolver.lifetime = SECONDS
        if server:
            host, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "53")
            self.resolver.nameservers = [str(ip_address(host))]
            self.resolver.port = int(port)

    def texts(self, name: str) -> list[str]:
        """Returns the TXT records of a name, none when there is no such name. Raises Unanswered."""
        return [b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT")]

    def addresses(self, host: str) -> list[Ip]:
        """Returns the addresses of a host; of an address, itself. Raises Unanswered."""
        try:
            return [ip_address(host)]
        except ValueError:
            return [ip_address(each.address) for kind in ("A", "AAAA") for each in self._ask(host, kind)]

    def mail_servers(self, domain: str) -> list[str]:
        """Returns the hosts that take a domain's mail. Raises Unanswered."""
        return [each.exchange.to_text(omit_final_dot=True) for each in self._ask(domain, "MX")]

    def pointers(self, address: Ip) -> list[str]:
        """Returns the names that an address has. Raises Unanswered."""
        name = dns.reversename.from_address(str(address)).to_text(omit_final_dot=True)
        return [each.target.to_text(omit_final_dot=True) for each in self._ask(name, "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self.resolver.resolve(name + ".", kind, raise_on_no_answer=False, search=False))
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError, UnicodeError):
            raise Unanswered(f"DNS gave no answer about {name}") from None


def is_here(address: Ip) -> bool:
    """Says whether an address is known inside this house only."""
    return any(address in network for network in HERE)
