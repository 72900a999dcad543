"""`hcpov doctor --mail`: what DNS says of our mail, asked of a real server."""

import base64
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hcpov import config
from hcpov.cli import main
from tests.ops.name_server import Zone, name_server


def key(bits: int = 2048) -> str:
    """Returns a public key as DKIM writes it."""
    public = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


KEY = key()
ED25519 = base64.b64encode(
    ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
).decode()
ENVIRONMENT = {
    "HCPOV_SITE_URL": "https://pov.example.org",
    "HCPOV_MAIL_FROM": "news@example.org",
    "HCPOV_SMTP_URL": "smtp://ada:hidden-word@mail.example.org:587",
    "HCPOV_DKIM_SELECTOR": "mail2026",
}


def dkim(text: str) -> list[str]:
    """Returns a long text as DNS holds it: in strings of at most 255."""
    return [" ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))]


def zone(**changed: list[str] | None) -> Zone:
    """Returns a zone in which all is well, with some of it changed; None takes it away."""
    well: dict[str, tuple[str, list[str]]] = {
        "mx": ("example.org MX", ["10 mail.example.org."]),
        "a": ("mail.example.org A", ["203.0.113.7"]),
        "aaaa": ("mail.example.org AAAA", ["2001:db8::7"]),
        "site": ("pov.example.org A", ["203.0.113.9"]),
        "spf": ("example.org TXT", ['"v=spf1 a:mail.example.org -all"', '"something else"']),
        "dkim": ("mail2026._domainkey.example.org TXT", dkim(f"v=DKIM1; k=rsa; p={KEY}")),
        "dmarc": ("_dmarc.example.org TXT", ['"v=DMARC1; p=reject; rua=mailto:postmaster@example.org"']),
        "ptr": ("7.113.0.203.in-addr.arpa PTR", ["mail.example.org."]),
        "ptr6": (
            "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR",
            ["mail.example.org."],
        ),
    }
    found: Zone = {name: changed.get(each) or records for each, (name, records) in well.items()}
    for each, (name, _) in well.items():
        if each in changed and changed[each] is None:
            del found[name]
    for name, records in changed.items():
        if name not in well and records is not None:
            found[name] = records
    return found


def doctor(folder: Path, known: Zone, *options: str, broken: str = "", **environ: str) -> Result:
    """Runs the command against a server with a zone."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith(config.PREFIX)}
    given |= {"HCPOV_INSTANCE": str(folder), **ENVIRONMENT, **environ}
    with name_server(known) as server:
        server.broken |= {broken}
        address = f"127.0.0.1:{server.server_address[1]}"
        return CliRunner(env=given).invoke(main, ["doctor", "--mail", "--nameserver", address, *options])


def test_all_is_well(tmp_path: Path) -> None:
    answer = doctor(tmp_path, zone())
    assert answer.exit_code == 0, answer.output
    assert "missing " not in answer.output and "note " not in answer.output
    assert answer.output.splitlines()[-1] == "Nothing is missing."
    for word in (
        "SPF: example.org lets mail.example.org",
        "a key is at mail2026._domainkey",
        "says reject",
        "and back",
    ):
        assert word in answer.output
    assert "this software does not" in answer.output, "signing is the relay's"
    assert "hidden-word" not in answer.output and "ada" not in answer.output


def test_nothing_is_there(tmp_path: Path) -> None:
    answer = doctor(tmp_path, {"mail.example.org A": ["203.0.113.7"]})
    assert answer.exit_code == 1
    said = answer.output
    assert "example.org has neither a mail server nor an address." in said
    assert 'Write into DNS: example.org TXT "v=spf1 a:mail.example.org -all"' in said
    assert 'Write into DNS: mail2026._domainkey.example.org TXT "v=DKIM1; k=rsa; p=…"' in said
    assert 'Write into DNS: _dmarc.example.org TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"' in said
    assert "Reverse DNS: 203.0.113.7 has no name." in said
    assert "5 to mend." in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"spf": None}, "SPF: example.org does not say who may send"),
        ({"spf": ['"v=spf1 mx -all"', '"v=spf1 -all"']}, "has 2 SPF records, and may have one"),
        ({"spf": ['"v=spf1 -all"']}, "SPF: example.org does not name 203.0.113.7, 2001:db8::7 of mail.example.org."),
        ({"spf": ['"v=spf1 ip4:203.0.113.7 ~all"']}, "does not name 2001:db8::7"),
        ({"spf": ['"v=spf1 mx +all"']}, "lets everybody send its mail"),
        ({"spf": ['"v=spf1 ipv4:203.0.113.7 -all"']}, "“ipv4:203.0.113.7” in the record of example.org is no word"),
        ({"spf": ['"v=spf1 ip4:203.0.113 -all"']}, "“203.0.113” is no address"),
        ({"spf": ['"v=spf1 include:nowhere.example -all"']}, "it includes nowhere.example, which has none"),
        ({"spf": ['"v=spf1 redirect=nowhere.example"']}, "it leads to nowhere.example, which has none"),
        ({"spf": ['"v=spf1 include:example.org -all"']}, "it needs more than 10 questions to DNS"),
        ({"spf": ['"v=spf1"']}, "does not name"),
        ({"dkim": None}, "DKIM: there is no key at mail2026._domainkey.example.org."),
        ({"dkim": ['"v=DKIM1; p="']}, "was taken back"),
        ({"dkim": ['"v=DKIM1; p=AAAA"']}, "cannot be read"),
        ({"dkim": ['"v=DKIM1; p=!!!!"']}, "cannot be read"),
        ({"dkim": ['"v=DKIM1; p=AAAA"', '"v=DKIM1; p=BBBB"']}, "there are 2 keys"),
        ({"dkim": ['"v=DKIM1; k=ed25519; p=AAAA"']}, "cannot be read"),
        ({"dmarc": None}, "DMARC: example.org does not say"),
        ({"dmarc": ['"v=DMARC1; p=sometimes"']}, "the record at _dmarc.example.org cannot be used"),
        ({"dmarc": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "cannot be used"),
        ({"ptr": None}, "Reverse DNS: 203.0.113.7 has no name."),
        ({"ptr": ["other.example.org."]}, "203.0.113.7 has the name other.example.org, which is another address."),
        ({"mx": None, "spf": None}, "neither a mail server nor an address"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, changed: dict[str, list[str] | None], said: str) -> None:
    answer = doctor(tmp_path, zone(**changed))
    assert answer.exit_code == 1, answer.output
    assert said in answer.output
    assert answer.output.splitlines()[-1].endswith("to mend.")


@pytest.mark.parametrize(
    "changed",
    [
        {"spf": ['"v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all"']},
        {"spf": ['"V=SPF1 MX -ALL"']},
        {"spf": ['"v=spf1 a:mail.example.org/30//64 -all"']},
        {"spf": ['"v=spf1 ptr:example.org -all"']},
        {"spf": ['"v=spf1 exists:mail.example.org -all"']},
        {"spf": ['"v=spf1 include:_spf.example.net ~all"'], "_spf.example.net TXT": ['"v=spf1 mx:example.org -all"']},
        {
            "spf": ['"v=spf1 exp=why.example.org redirect=_spf.example.net"'],
            "_spf.example.net TXT": ['"v=spf1 +mx:example.org"'],
        },
        {"spf": ['"v=spf1 exists:%{i}.example.net -all"']},  # which only a receiver can judge
        {"dkim": ['"p=' + ED25519 + '; k=ed25519"']},
        {"dmarc": ['"v=DMARC1;p=quarantine"']},
        {"dmarc": ['"v=DMARC1; p=none"']},
    ],
)
def test_what_is_good_enough(tmp_path: Path, changed: dict[str, list[str] | None]) -> None:
    answer = doctor(tmp_path, zone(**changed))
    assert answer.exit_code == 0, answer.output


def test_a_weak_key_is_told(tmp_path: Path) -> None:
    # A key of 512 bits; no library makes one any more.
    weak = (
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALqbHeRLCyOdykC5SDLqI49ArYGYG1mqaH9/GnWjGavZM02fos4lc2w6tCchcUBNtJvG"
        "qKwhC5JEnx3RYoSX2ucCAwEAAQ=="
    )
    answer = doctor(tmp_path, zone(dkim=[f'"v=DKIM1; p={weak}"']))
    assert answer.exit_code == 1 and "has 512 bits" in answer.output


def test_a_parents_word_counts_for_its_children(tmp_path: Path) -> None:
    known = zone() | {
        "pov.example.org TXT": ['"v=spf1 a:mail.example.org -all"'],
        "mail2026._domainkey.pov.example.org TXT": dkim(f"v=DKIM1; p={KEY}"),
    }
    answer = doctor(tmp_path, known, HCPOV_MAIL_FROM="")  # no-reply@pov.example.org
    assert answer.exit_code == 0, answer.output
    assert "DMARC: _dmarc.example.org says reject." in answer.output


def test_a_selector_on_the_command_line_is_taken(tmp_path: Path) -> None:
    answer = doctor(tmp_path, zone(dkim=None), "--selector", "s1")
    assert "no key at s1._domainkey.example.org" in answer.output
    answer = doctor(tmp_path, zone(), HCPOV_DKIM_SELECTOR="")
    assert answer.exit_code == 1 and "--selector or HCPOV_DKIM_SELECTOR" in answer.output


def test_a_providers_relay_is_judged_with_care(tmp_path: Path) -> None:
    """It may send from addresses that nobody here knows: what cannot be seen is no fault."""
    known = zone(spf=['"v=spf1 include:spf.provider.example -all"']) | {
        "spf.provider.example TXT": ['"v=spf1 ip4:198.51.100.0/24 -all"'],
        "smtp.provider.example A": ["192.0.2.1"],
    }
    answer = doctor(tmp_path, known, HCPOV_SMTP_URL="smtps://smtp.provider.example")
    assert answer.exit_code == 0, answer.output
    assert "see which include: it names" in answer.output and "It is your relay's" in answer.output


@pytest.mark.parametrize("relay", ["smtp://localhost", "smtp://127.0.0.1:25", "smtp://10.1.2.3"])
def test_a_relay_on_this_machine_sends_from_the_sites_address(tmp_path: Path, relay: str) -> None:
    known = zone(spf=['"v=spf1 a:pov.example.org -all"']) | {"9.113.0.203.in-addr.arpa PTR": ["pov.example.org."]}
    answer = doctor(tmp_path, known, HCPOV_SMTP_URL=relay)
    assert answer.exit_code == 0, answer.output
    assert "203.0.113.9 is pov.example.org, and back" in answer.output


@pytest.mark.parametrize("broken", ["example.org", "mail.example.org", "_dmarc.example.org"])
def test_no_answer_is_not_nothing(tmp_path: Path, broken: str) -> None:
    answer = doctor(tmp_path, zone(), broken=broken)
    assert answer.exit_code == 1
    assert f"DNS gave no answer about {broken}." in answer.output
    assert "does not say" not in answer.output


def test_a_site_of_this_machine_only(tmp_path: Path) -> None:
    given = {"HCPOV_SITE_URL": "http://127.0.0.1:8000", "HCPOV_MAIL_FROM": "", "HCPOV_SMTP_URL": ""}
    answer = doctor(tmp_path, {}, **given)
    assert answer.exit_code == 1 and "no-reply@127.0.0.1 is known to this machine only." in answer.output


def test_without_a_relay_it_says_so(tmp_path: Path) -> None:
    answer = doctor(tmp_path, zone(), HCPOV_SMTP_URL="")
    assert answer.exit_code == 1 and "No relay is named, so no mail is sent." in answer.output


@pytest.mark.parametrize("server", ["dns.example.org", "127.0.0.1:many", "127.0.0.1:5353:1"])
def test_a_name_server_is_an_address(tmp_path: Path, server: str) -> None:
    answer = CliRunner(env={"HCPOV_INSTANCE": str(tmp_path)}).invoke(main, ["doctor", "--mail", "--nameserver", server])
    assert answer.exit_code == 1 and "write a name server as 127.0.0.1" in answer.output


def test_a_domain_beyond_ascii_is_asked_for_in_its_own_code(tmp_path: Path) -> None:
    answer = doctor(tmp_path, zone(), HCPOV_MAIL_FROM="news@bücher.example")
    assert "mail2026._domainkey.xn--bcher-kva.example" in answer.output
