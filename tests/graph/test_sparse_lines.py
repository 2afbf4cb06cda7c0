"""Lines of the log that clients cause are held back, those of our own faults never."""

import logging
import sys

from graph.server.logs import InvalidRequests


def logged(level: int, message: str, *, failed: bool = False) -> logging.LogRecord:
    record = logging.LogRecord("uvicorn.error", level, "", 1, message, None, None)
    if failed:
        try:
            raise RuntimeError
        except RuntimeError:
            record.exc_info = sys.exc_info()
    return record


def test_a_second_line_of_a_client_is_held_back_and_counted_in_the_next() -> None:
    lines = InvalidRequests()
    assert lines.filter(logged(logging.WARNING, "Invalid HTTP request received."))
    for message in (
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
        "socket.send() raised exception.",
    ):
        assert not lines.filter(logged(logging.WARNING, message))
    assert not lines.filter(logged(logging.ERROR, "ASGI callable returned without completing handshake."))
    lines._lines._passed.clear()
    next_line = logged(logging.WARNING, "Invalid HTTP request received.")
    assert lines.filter(next_line)
    assert "(4 more since" in next_line.getMessage()


def test_a_failed_handshake_has_no_traceback_and_a_fault_of_ours_keeps_its_own() -> None:
    lines = InvalidRequests()
    handshake = logged(logging.ERROR, "opening handshake failed", failed=True)
    assert lines.filter(handshake)
    assert handshake.exc_info is None
    for _ in range(3):
        fault = logged(logging.ERROR, "Exception in ASGI application\n", failed=True)
        assert lines.filter(fault)
        assert fault.exc_info is not None
        assert lines.filter(logged(logging.ERROR, "Application startup failed. Exiting."))
