"""A real DNS server on loopback that knows what a test tells it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[str, list[str]]


class _Answer(socketserver.BaseRequestHandler):
    """Answers one question: what the zone has, that it has nothing, or nothing at all."""

    def handle(self) -> None:
        data, line = self.request
        server = self.server
        assert isinstance(server, _Server)
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name, kind = question.question[0].name, question.question[0].rdtype
        plain = name.to_text(omit_final_dot=True).lower()
        server.asked.append(f"{plain} {dns.rdatatype.to_text(kind)}")
        if plain in server.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(key.startswith(f"{plain} ") for key in server.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            wanted = server.zone.get(f"{plain} {dns.rdatatype.to_text(kind)}", [])
            if wanted:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *wanted))
        line.sendto(answer.to_wire(), self.client_address)


class _Server(socketserver.UDPServer):
    """A server with a zone."""

    def __init__(self, zone: Zone) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.zone, self.broken, self.asked = zone, set[str](), list[str]()


@contextmanager
def name_server(zone: Zone) -> Iterator[_Server]:
    """Runs a server until the context ends. The zone's keys are such as `example.org TXT`."""
    with _Server(zone) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
