"""How long the sign-in pages take for an address that is known, and for one that is not.

`.venv/bin/python -m bench.people [TRIES]` runs the real server without its worker and without rate limits, and asks
each form TRIES times (200) with addresses of both kinds, in turn and in an order drawn by lot. Prints a table and a
JSON line; ends with 1 when the medians of a form differ by more than 10 %. Loopback only; ends by itself.
"""

import json
import random
import secrets
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from flask_security import hash_password

from hcpov import clock
from hcpov.app import create_app
from hcpov.auth.models import Account
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from tests.live import serving

PASSWORD = "seven wards, one kettle"
ALLOWED = 0.10
WARM = 10
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Form:
    """A form to ask, and the account that makes an address a known one. Each address is asked for once."""

    what: str
    path: str
    fields: dict[str, str]
    confirmed: bool = True


JOIN = {"name": "Ada Reader", "title": "Pharmacist", "place": "Tulsa OK", "password": PASSWORD}
FORMS = [
    Form("sign in, wrong password", "/sign-in", {"password": "not the password at all"}),
    Form("sign in, not confirmed", "/sign-in", {"password": "not the password at all"}, confirmed=False),
    Form("new password", "/reset", {}),
    Form("join", "/join", JOIN),
    Form("join, not confirmed", "/join", JOIN, confirmed=False),
    Form("confirmation once more", "/join/confirm", {}),
    Form("the same, not confirmed", "/join/confirm", {}, confirmed=False),
]


def main(tries: int) -> int:
    """Measures, prints, and returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), secret_key="p" * 40, rate_limits="off")
        app = create_app(settings)
        with app.app_context():
            upgrade()
            known = [_known(form, tries + WARM) for form in FORMS]
        with serving(settings, "--web-only") as address:
            rows = [_measured(address, form, addresses) for form, addresses in zip(FORMS, known, strict=True)]
    print(f"{'':26}{'known':>10}{'p90':>10}{'unknown':>10}{'p90':>10}{'ratio':>8}")
    for row in rows:
        times = "".join(f"{row[key]:10.2f}" for key in ("known", "known p90", "unknown", "unknown p90"))
        print(f"{row['what']:26}{times}{row['ratio']:8.3f}")
    print(json.dumps({"bench": "people", "unit": "ms", "tries": tries, "rows": rows}))
    return int(any(abs(row["ratio"] - 1) > ALLOWED for row in rows))


def _known(form: Form, number: int) -> list[str]:
    """Adds accounts, and returns their addresses."""
    mark, confirmed = secrets.token_hex(4), clock.now() if form.confirmed else None
    hashed = hash_password(PASSWORD)
    accounts = [_account(f"known-{mark}-{each}@example.org", hashed, confirmed) for each in range(number)]
    db.session.add_all(accounts)
    db.session.commit()
    return [account.email for account in accounts]


def _account(email: str, hashed: str, confirmed: datetime | None) -> Account:
    account = Account(email=email, name="Ada Reader", password=hashed, confirmed_at=confirmed, handle=email[:60])
    account.fs_uniquifier = secrets.token_hex(32)
    return account


def _measured(address: str, form: Form, known: list[str]) -> dict[str, Any]:
    """Asks a form with both kinds of address, and returns what it took in milliseconds."""
    chance, took = random.Random(20261122), dict[str, list[float]](known=[], unknown=[])
    with closing(HTTPConnection(address.removeprefix("http://"))) as line:
        for email in known:
            pair = [("known", email), ("unknown", f"no-{email}")]
            chance.shuffle(pair)
            for kind, each in pair:
                took[kind].append(_ask(line, form, each))
    row: dict[str, Any] = {"what": form.what}
    for kind, all_of_them in took.items():
        times = all_of_them[WARM:]
        row |= {kind: round(median(times), 3), f"{kind} p90": round(quantiles(times, n=10)[-1], 3)}
    return row | {"ratio": round(median(took["known"][WARM:]) / median(took["unknown"][WARM:]), 4)}


def _ask(line: HTTPConnection, form: Form, email: str) -> float:
    body = urlencode(form.fields | {"email": email})
    started = time.perf_counter()
    line.request("POST", form.path, body, HEADERS)
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - started) * 1000
    assert answer.status in {200, 302, 303}, f"{form.path}: {answer.status}"
    return took


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
