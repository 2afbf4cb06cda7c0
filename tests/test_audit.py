"""The dependency audit of `make check`, against a vulnerability service that answers, and one that does not."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.audit import PIP_AUDIT

ROOT = Path(__file__).parent.parent
VULNERABLE = {
    "id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
    "summary": "Bad.", "details": "Bad.", "aliases": [],
    "affected": [{"package": {"name": "starlette", "ecosystem": "PyPI"}, "versions": ["1.10.0"],
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}]}],
}  # fmt: skip

pytestmark = pytest.mark.skipif(not PIP_AUDIT.exists(), reason="pip-audit is not installed: run make install-dev")


@pytest.fixture
def service() -> Iterator[Any]:
    """A vulnerability service (OSV's API), and the package that it knows something of."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = {"vulns": [VULNERABLE]} if asked["package"]["name"] == server.bad else {}  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.bad = ""  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def audit(port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.audit", "-s", "osv", "--osv-url", f"http://127.0.0.1:{port}"],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.long
def test_a_vulnerable_package_fails_the_audit_by_name(service: Any) -> None:
    clean = audit(service.server_port)
    assert (clean.returncode, "audited" in clean.stdout, "NOT" in clean.stdout) == (0, True, False), clean
    service.bad = "starlette"
    bad = audit(service.server_port)
    assert bad.returncode == 1, bad
    assert "starlette 1.10.0: PYSEC-2026-1 (fixed in: 99.0)" in bad.stdout


def test_an_unreachable_service_is_reported_and_does_not_fail() -> None:
    offline = audit(1)
    assert (offline.returncode, "NOT audited" in offline.stdout) == (0, True), offline
