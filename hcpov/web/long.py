"""Answers that may be long: written to a file first, so that memory does not grow with them.

An error on the way is then an error, not a page that ends in the middle; and a reader on a slow line does not keep the
database waiting.
"""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

from flask import Response

IN_MEMORY = 1024 * 1024
CHUNK = 65536


def whole(pieces: Iterable[str], mimetype: str) -> Response:
    """Returns an answer of these pieces that no cache may keep."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed behind its last byte
    try:
        for piece in pieces:
            file.write(piece.encode())
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    answer = Response(_chunks(file), mimetype=mimetype)
    answer.call_on_close(file.close)  # a reader may leave before the end
    answer.content_length = length
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _chunks(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
