"""Whether receivers can believe that our mail is ours: SPF, DKIM, DMARC and reverse DNS of the configured sender.

The relay signs (DKIM), not this software: all that can be looked at from here is whether its key is in DNS.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hcpov.config import Settings
from hcpov.mail.addresses import NoAddress, mailbox
from hcpov.ops import spf
from hcpov.ops.names import Ip, Names, Unanswered, is_here

FINE, NOTE, MISSING = "fine", "note", "missing"
DMARC = re.compile(r"v\s*=\s*DMARC1\s*(;|$)", re.IGNORECASE)
AGAIN = "Try again, or ask another server with --nameserver."
WEAK = 1024  # bits of an RSA key: RFC 8301 3.2 lets receivers ignore fewer, and asks for 2048


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `write` is a line for DNS, `mend` is what else to do."""

    state: str
    words: str
    write: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Sender:
    """Who sends. `is_own` when the relay is this machine, this house, or named under the sender's domain."""

    domain: str
    host: str
    addresses: list[Ip]
    is_own: bool


def findings(settings: Settings, names: Names, selector: str = "") -> Iterator[Finding]:
    """Yields what was found, in the order in which it is mended."""
    domain = _domain(settings)
    if not domain:
        mend = "Set HCPOV_SITE_URL to the site's public address, or HCPOV_MAIL_FROM to an address of a domain of yours."
        yield Finding(MISSING, f"{settings.sender} is known to this machine only.", mend=mend)
        return
    if not settings.smtp_url:
        mend = "Set HCPOV_SMTP_URL, such as smtp://user:password@mail.example.org:587."
        yield Finding(MISSING, "No relay is named, so no mail is sent.", mend=mend)
    try:
        sender = _sender(settings, names, domain)
    except Unanswered as problem:
        yield Finding(MISSING, f"{problem}.", mend=AGAIN)
        return
    checks = (_known, _spf, _dkim, _dmarc, _reverse)
    for check in checks:
        try:
            yield from check(names, sender, selector or settings.dkim_selector)
        except Unanswered as problem:
            yield Finding(MISSING, f"{problem}.", mend=AGAIN)


def _domain(settings: Settings) -> str:
    """Returns the domain of the sender in ASCII; empty for one that nobody else knows."""
    try:
        domain = mailbox(settings.sender).address.rpartition("@")[2]
    except NoAddress:
        return ""
    return "" if "." not in domain or domain.replace(".", "").isdigit() or domain.endswith(".local") else domain


def _sender(settings: Settings, names: Names, domain: str) -> Sender:
    host = urlsplit(settings.smtp_url).hostname or ""
    addresses = names.addresses(host) if host and host != "localhost" else []
    if host in {"", "localhost"} or (addresses and all(is_here(each) for each in addresses)):
        host = urlsplit(settings.site_url).hostname or ""  # what leaves this machine leaves from its public address
        return Sender(domain, host, [each for each in names.addresses(host) if not is_here(each)], True)
    return Sender(domain, host, addresses, host == domain or host.endswith(f".{domain}"))


def _known(names: Names, sender: Sender, _selector: str) -> Iterator[Finding]:
    if names.mail_servers(sender.domain) or names.addresses(sender.domain):
        yield Finding(FINE, f"{sender.domain} takes mail, so that answers and returned mail have a place.")
    else:
        yield Finding(
            MISSING,
            f"{sender.domain} has neither a mail server nor an address. Many receivers refuse mail from there.",
            f"{sender.domain} MX 10 and the name of the server that takes its mail",
        )
    if not sender.addresses:
        yield Finding(
            MISSING, f"{sender.host or 'The relay'} has no public address.", f"{sender.host} A and its address"
        )


def _spf(names: Names, sender: Sender, _selector: str) -> Iterator[Finding]:
    domain, found = sender.domain, spf.records(names, sender.domain)
    line = f'{domain} TXT "v=spf1 a:{sender.host or "your.relay"} -all"'
    line += "" if sender.is_own else ", or with the include: that your relay's provider names"
    if not found:
        yield Finding(MISSING, f"SPF: {domain} does not say who may send its mail.", line)
        return
    results: dict[str, list[str]] = {}
    try:
        for address in sender.addresses:
            results.setdefault(spf.Judge(names, address).result(domain), []).append(str(address))
    except spf.Unknown:
        yield Finding(NOTE, f"SPF: {domain} has a record with macros, which only a receiver can judge.")
        return
    except spf.Broken as problem:
        yield Finding(MISSING, f"SPF: the record of {domain} cannot be used: {problem}.", line)
        return
    if "+all" in found[0].split() or "all" in found[0].split():
        yield Finding(MISSING, f"SPF: the record of {domain} lets everybody send its mail.", line)
    elif set(results) <= {"pass"}:
        yield Finding(FINE, f"SPF: {domain} lets {sender.host} send its mail.")
    else:
        others = ", ".join(each for result, those in results.items() if result != "pass" for each in those)
        words = f"SPF: {domain} does not name {others} of {sender.host}."
        if sender.is_own:
            yield Finding(MISSING, words, line)
        else:
            yield Finding(NOTE, f"{words} A provider may send from other addresses: see which include: it names.")


def _dkim(names: Names, sender: Sender, selector: str) -> Iterator[Finding]:
    if not selector:
        words = "DKIM: which key the relay signs with is not known, so it was not looked for."
        mend = "Give it with --selector or HCPOV_DKIM_SELECTOR: it is the word behind s= in the DKIM-Signature of a "
        mend += "letter from here. A letter without that line is not signed."
        yield Finding(MISSING, words, mend=mend)
        return
    name = f"{selector}._domainkey.{sender.domain}"
    line = f'{name} TXT "v=DKIM1; k=rsa; p=…" with the key that your relay shows, or the CNAME that it asks for'
    found = [each for each in names.texts(name) if "p" in _tags(each)]
    if len(found) != 1:
        words = f"DKIM: there is no key at {name}." if not found else f"DKIM: there are {len(found)} keys at {name}."
        yield Finding(MISSING, words, line)
        return
    if problem := _key_problem(_tags(found[0])):
        yield Finding(MISSING, f"DKIM: the key at {name} {problem}.", line)
    else:
        yield Finding(FINE, f"DKIM: a key is at {name}. The relay signs with it; this software does not sign.")


def _key_problem(tags: dict[str, str]) -> str:
    """Says what is wrong with a DKIM key; empty when nothing is."""
    if not tags["p"]:
        return "was taken back (its p= is empty)"
    try:
        key = base64.b64decode("".join(tags["p"].split()), validate=True)
        if tags.get("k", "rsa") == "ed25519":
            return "" if len(key) == 32 else "cannot be read"
        public = load_der_public_key(key)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return "cannot be read"
    if isinstance(public, RSAPublicKey) and public.key_size < WEAK:
        return f"has {public.key_size} bits, and receivers ignore fewer than {WEAK}"
    return ""


def _dmarc(names: Names, sender: Sender, _selector: str) -> Iterator[Finding]:
    labels = sender.domain.split(".")
    for domain in (".".join(labels[start:]) for start in range(len(labels) - 1)):
        found = [
            each for each in names.texts(f"_dmarc.{domain}") if each.lower().replace(" ", "").startswith("v=dmarc1")
        ]
        if found:
            break
    else:
        line = f'_dmarc.{sender.domain} TXT "v=DMARC1; p=none; rua=mailto:postmaster@{sender.domain}"'
        yield Finding(MISSING, f"DMARC: {sender.domain} does not say what becomes of mail that is not its own.", line)
        return
    tags = _tags(found[0])
    policy = (tags.get("sp") if domain != sender.domain else None) or tags.get("p", "")
    line = f'_dmarc.{domain} TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"'
    if len(found) > 1 or policy.lower() not in {"none", "quarantine", "reject"}:
        yield Finding(MISSING, f"DMARC: the record at _dmarc.{domain} cannot be used.", line)
        return
    yield Finding(FINE, f"DMARC: _dmarc.{domain} says {policy}.")
    if policy.lower() == "none":
        yield Finding(NOTE, "DMARC: none stops nobody. When the reports show only your own mail, say quarantine.", line)


def _reverse(names: Names, sender: Sender, _selector: str) -> Iterator[Finding]:
    for address in sender.addresses:
        pointers = names.pointers(address)
        if any(address in names.addresses(each) for each in pointers):
            yield Finding(FINE, f"Reverse DNS: {address} is {pointers[0]}, and back.")
            continue
        known = f"has the name {pointers[0]}, which is another address" if pointers else "has no name"
        words = f"Reverse DNS: {address} {known}."
        if sender.is_own:
            mend = f"Ask who rents you the address to give it the name {sender.host}, which must have this address."
            yield Finding(MISSING, words, mend=mend)
        else:
            yield Finding(NOTE, f"{words} It is your relay's; ask its provider whether mail leaves from there.")


def _tags(record: str) -> dict[str, str]:
    """Returns the `name=value` parts of a record (RFC 6376 3.2)."""
    parts = (each.partition("=") for each in record.split(";") if "=" in each)
    return {name.strip().lower(): value.strip() for name, _, value in parts}
