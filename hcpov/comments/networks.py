"""A sender's network, known again but not known: a keyed digest of its prefix, never an address."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request

IPV4_PREFIX, IPV6_PREFIX = 24, 56  # what one household or ward usually has


def current() -> str | None:
    """Returns the digest for this request's network; None for this machine's own.

    Every reader seems to come from this machine where a proxy stands in front and HCPOV_PROXIES does not say so.
    Counting them as one network would then hold everybody's comments.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    length = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX
    prefix = ip_network(f"{address}/{length}", strict=False)
    secret = current_app.secret_key
    assert isinstance(secret, str)
    return hmac.new(secret.encode(), f"network {prefix}".encode(), hashlib.sha256).hexdigest()
