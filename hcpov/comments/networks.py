"""A sender's network, known again but not known: a keyed digest of its prefix, never an address."""

from ipaddress import ip_address

from hcpov import extensions

HERE = ip_address("127.0.0.1"), ip_address("::1")


def current() -> str | None:
    """Returns the digest for this request's network; None for this machine's own.

    Every reader seems to come from this machine where a proxy stands in front and HCPOV_PROXIES does not say so.
    Counting them as one network would then hold everybody's comments.
    """
    network = extensions.network()
    if network is None or network.is_loopback or any(here in network for here in HERE):
        return None
    return extensions.keyed(f"network {network}")
