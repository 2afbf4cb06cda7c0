"""A package index on loopback: the files of a folder, and release 9999 of every package, as if it were released now.

Whatever resolves instead of reading the lock takes release 9999, or stops at it.
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
from pathlib import Path

VERSION = "9999"
_PAGE = re.compile(r"/simple/([a-z0-9.-]+)/")
_NEWER = re.compile(rf"([a-z0-9_]+)-{VERSION}-py3-none-any\.whl")


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
    folder: Path

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        file = self.folder / path.removeprefix("/files/")
        if page := _PAGE.fullmatch(path):
            links = [f'<a href="/files/{name}#sha256={digest}">{name}</a>' for name, digest in self._files(page[1])]
            self._answer("\n".join(links).encode(), "text/html")
        elif newer := _NEWER.fullmatch(file.name):
            self._answer(wheel(newer[1]), "application/octet-stream")
        elif file.parent == self.folder and file.exists():
            self._answer(file.read_bytes(), "application/octet-stream")
        else:
            self.send_error(404)

    def _files(self, project: str) -> Iterator[tuple[str, str]]:
        """The names and hashes of a project's files, the newer release first."""
        name = project.replace("-", "_")
        yield f"{name}-{VERSION}-py3-none-any.whl", hashlib.sha256(wheel(name)).hexdigest()
        for file in self.folder.iterdir():
            if re.sub(r"[-_.]+", "_", file.name.split("-")[0]).lower() == name:
                yield file.name, hashlib.sha256(file.read_bytes()).hexdigest()

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def newer_releases(folder: Path) -> Iterator[str]:
    """The address of the index over the wheels of this folder, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Index", (_Index,), {"folder": folder}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        server.server_close()
