"""A bucket for a test: moto's S3 server in its own process."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.store import S3Store

from tests.support.server import free_port

BUCKET = "pieces-jointes"


class Objects:
    """The server. Its objects are lost when it stops."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"s3://{BUCKET}/desk/a"
        self.env = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        ready = threading.Event()
        process = self.process

        def read() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                if "Running on" in line:
                    ready.set()
            ready.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        assert ready.wait(60)
        with socket.create_connection(("127.0.0.1", self.port)) as made:
            credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host"
            lines = (f"PUT /{BUCKET} HTTP/1.0", "Host: s3.amazonaws.com", "Content-Length: 0",
                     f"Authorization: {credential}, Signature=x", "", "")  # fmt: skip
            made.sendall("\r\n".join(lines).encode())
            assert b" 200 " in made.recv(1000)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def names(self) -> list[str]:
        """The names of all objects, with their prefix."""
        store = S3Store(BUCKET, endpoint=self.env["AWS_ENDPOINT_URL"], client_options={"allow_http": True})
        return sorted(one["path"] for page in store.list() for one in page)


@contextmanager
def objects() -> Iterator[Objects]:
    """A running server, with its settings in this process's environment."""
    running = Objects()
    before = dict(os.environ)
    os.environ.update(running.env)
    running.start()
    try:
        yield running
    finally:
        running.stop()
        os.environ.clear()
        os.environ.update(before)
