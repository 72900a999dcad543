"""A device that keeps passkeys, made by hand after WebAuthn level 2, for answers that no browser would give as well."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.auth.factors import post

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(data: bytes) -> str:
    """Returns bytes as WebAuthn writes them in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def asked(page: str) -> tuple[str, dict[str, Any]]:
    """Returns where a page sends the browser's answer, and what it asks for."""
    found = re.search(r'action="([^"]+)" data-passkey="\w+" data-options="([^"]+)"', page)
    assert found, page
    return unescape(found[1]), json.loads(unescape(found[2]))


@dataclass
class Device:
    """One passkey on one device. `counter` is zero for devices that do not count.

    `lacks` and `claims` are what is missing and what is false in the key it shows, by COSE's numbers (RFC 9053).
    """

    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    lacks: set[int] = field(default_factory=set)
    claims: dict[int, Any] = field(default_factory=dict)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answers the wish for a new passkey."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = {key: value for key, value in public.items() if key not in self.lacks} | self.claims
        known = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], self.flags | ATTESTED) + known
        response = {
            "clientDataJSON": text(self._client("webauthn.create", options)),
            "attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._answer(response)

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answers the wish for this passkey."""
        self.counter += 1 if self.counter else 0
        data, client = self._data(options["rpId"], self.flags), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": self.handle,
        }
        return self._answer(response)

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}


def add(browser: FlaskClient, device: Device, name: str = "Laptop") -> TestResponse:
    """Adds a passkey to the account of a browser."""
    action, options = asked(post(browser, "/account/passkeys", name=name).text)
    return post(browser, action, credential=json.dumps(device.make(options)))


def enter(browser: FlaskClient, device: Device, path: str = "/sign-in/passkey", **fields: str) -> TestResponse:
    """Signs in with a passkey."""
    action, options = asked(browser.post(path, data=fields).text)
    return browser.post(action, data={"credential": json.dumps(device.use(options))} | fields)
