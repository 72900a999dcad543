"""A slow line of its own: two network namespaces, and between them a wire that delays and counts bytes.

What a browser's own throttling leaves out is here as it is: handshakes, slow start, one line for all connections.
The machine's own interfaces are not touched. It needs root, Debian's iproute2 and /dev/net/tun.
"""

import fcntl
import os
import selectors
import shutil
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER, READER = "10.77.0.1", "10.77.0.2"  # in namespaces of their own: nothing outside can reach them
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
WAITING = 200  # packets in each direction; more are lost, as on a line


@dataclass(frozen=True)
class Line:
    """Words to put before a command, so that it runs at one end."""

    server: list[str]
    reader: list[str]


def possible() -> bool:
    """Says whether a line can be made here."""
    return os.geteuid() == 0 and shutil.which("ip") is not None and Path("/dev/net/tun").exists()


@contextmanager
def slow_line(bits: int, seconds: float) -> Iterator[Line]:
    """Yields a line of `bits` a second whose answers take `seconds` there and back."""
    names = f"hcpov-server-{os.getpid()}", f"hcpov-reader-{os.getpid()}"
    devices: list[int] = []
    stop = threading.Event()
    wire = threading.Thread(target=_carry, args=(devices, bits, seconds / 2, stop), daemon=True)
    try:
        for number, (name, own, other) in enumerate(zip(names, (SERVER, READER), (READER, SERVER), strict=True)):
            device = f"hcpov{number}p{os.getpid() % 100_000}"
            _ip("netns", "add", name)
            devices.append(_tun(device))
            _ip("link", "set", device, "netns", name)
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "addr", "add", own, "peer", other, "dev", device)
            _ip("-n", name, "link", "set", device, "up")
            _as_new(name)
        wire.start()
        yield Line(*(["ip", "netns", "exec", name] for name in names))
    finally:
        stop.set()
        if wire.is_alive():
            wire.join(timeout=5)
        for device_file in devices:
            os.close(device_file)
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _as_new(name: str) -> None:
    """Sets slow start as everybody has it, and lets no connection profit from the ones before it."""
    for key, value in (("tcp_congestion_control", "reno"), ("tcp_no_metrics_save", "1")):
        command = f"echo {value} > /proc/sys/net/ipv4/{key}"
        subprocess.run(["ip", "netns", "exec", name, "sh", "-c", command], check=True)


def _tun(device: str) -> int:
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    return opened


def _carry(devices: list[int], bits: int, delay: float, stop: threading.Event) -> None:
    """Carries packets both ways: each waits for the ones before it to be sent, then for the way."""
    other = dict(zip(devices, reversed(devices), strict=True))
    under_way: dict[int, deque[tuple[float, bytes]]] = {device: deque() for device in devices}
    free = dict.fromkeys(devices, 0.0)
    with selectors.DefaultSelector() as ready:
        for device in devices:
            ready.register(device, selectors.EVENT_READ)
        while not stop.is_set():
            next_due = min((packets[0][0] for packets in under_way.values() if packets), default=float("inf"))
            for key, _ in ready.select(max(0.0, min(next_due - time.monotonic(), 0.2))):
                packet = os.read(key.fd, 65536)
                free[key.fd] = max(time.monotonic(), free[key.fd]) + len(packet) * 8 / bits
                if len(under_way[key.fd]) < WAITING:
                    under_way[key.fd].append((free[key.fd] + delay, packet))
            for device, packets in under_way.items():
                while packets and packets[0][0] <= time.monotonic():
                    os.write(other[device], packets.popleft()[1])
