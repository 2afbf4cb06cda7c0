"""The client of clamd, the daemon of the ClamAV virus scanner."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket

from models.settings import StorageSettings, parts_of

_SPOOLED_BYTES = 1024 * 1024
"""Bytes of a file that are kept in memory while it is scanned; a longer one goes to a temporary file."""


class ScanFailed(Exception):
    """clamd is unreachable or returned an error. The file stays pending and is scanned again later."""


class Scanner:
    """clamd at tcp://HOST:PORT or unix://PATH. Errors: ValueError for another URL."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = parts_of("CLAMD_URL", url)
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            host, port = parts.hostname, parts.port
            self._connect: Callable[[], ClamdNetworkSocket] = lambda: ClamdNetworkSocket(host, port, timeout_seconds)
        elif parts.scheme == "unix" and parts.path:
            # The client's annotation says int; the socket takes a float.
            self._connect = lambda: ClamdUnixSocket(parts.path, timeout_seconds)  # type: ignore[arg-type]
        else:
            raise ValueError("SAISINE_CLAMD_URL: not the URL of a scanner; use tcp://HOST:PORT or unix:///PATH")

    async def scan(self, chunks: AsyncIterator[bytes]) -> str | None:
        """Scan a file: the name of the virus found, or None. Errors: ScanFailed."""
        client = self._connect()
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES) as file:
            async for chunk in chunks:
                file.write(chunk)
            file.seek(0)
            try:
                found = await asyncio.to_thread(client.instream, file)  # type: ignore[arg-type] # it only reads it
            except asyncio.CancelledError:
                # The thread would go on waiting for a result that nobody needs.
                with suppress(OSError, AttributeError):
                    client.clamd_socket.shutdown(socket.SHUT_RDWR)
                raise
            except (ClamdError, OSError, ValueError) as error:
                raise ScanFailed(str(error)) from error
        verdict, virus = next(iter(found.values()), ("no answer", None))
        if verdict not in ("OK", "FOUND"):
            raise ScanFailed(f"{verdict}: {virus}")
        return (virus or "?") if verdict == "FOUND" else None


def scanner_for(settings: StorageSettings) -> Scanner | None:
    """The scanner of the settings; None if they name none. Errors: ValueError for an invalid URL."""
    return Scanner(settings.clamd_url, settings.clamd_timeout_seconds) if settings.clamd_url else None
