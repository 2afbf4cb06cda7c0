"""A package index on loopback that offers release 9999 of every package, as if each had been released just now.

pip asks it beside the index of the machine, which has the real files. Whatever resolves instead of reading the lock
takes release 9999, or stops at it.
"""

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "9999"
_PAGE = re.compile(r"/simple/([a-z0-9.-]+)/")
_FILE = re.compile(rf"/files/([a-z0-9_.]+)-{VERSION}-py3-none-any\.whl")


@cache
def wheel(name: str) -> bytes:
    """The smallest wheel that pip installs: metadata, and nothing to import."""
    info = f"{name}-{VERSION}.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\nRequires-Python: >=3.11\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # the time of 1980: the same bytes at each call
    return packed.getvalue()


class _Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if page := _PAGE.fullmatch(path):
            name = page[1].replace("-", "_")
            file = f"{name}-{VERSION}-py3-none-any.whl"
            digest = hashlib.sha256(wheel(name)).hexdigest()
            self._answer(f'<a href="/files/{file}#sha256={digest}">{file}</a>'.encode(), "text/html")
        elif file_ := _FILE.fullmatch(path):
            self._answer(wheel(file_[1]), "application/octet-stream")
        else:
            self.send_error(404)

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def newer_releases() -> Iterator[str]:
    """The address of the index, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        server.server_close()
