"""A virus scanner with clamd's protocol on a real socket. It finds one virus: the EICAR test text."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """The scanner. It answers while `answering` is set, with an error if `failing`, and keeps files in `scanned`."""

    def __init__(self) -> None:
        self.answering = asyncio.Event()
        self.answering.set()
        self.received = asyncio.Event()
        self.failing = False
        self.scanned: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readline() == b"nINSTREAM\n"
            content = b""
            while size := struct.unpack("!L", await reader.readexactly(4))[0]:
                content += await reader.readexactly(size)
            self.received.set()
            await self.answering.wait()
            self.scanned.append(content)
            if self.failing:
                writer.write(b"INSTREAM size limit exceeded. ERROR\n")
            else:
                writer.write(b"stream: Eicar-Signature FOUND\n" if EICAR in content else b"stream: OK\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def clamd(path: Path | None = None, port: int = 0) -> AsyncIterator[tuple[Clamd, str]]:
    """A running scanner and its URL."""
    one = Clamd()
    if path is None:
        server = await asyncio.start_server(one.serve, "127.0.0.1", port)
        url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(one.serve, path)
        url = f"unix://{path}"
    try:
        yield one, url
    finally:
        one.answering.set()
        server.close()
