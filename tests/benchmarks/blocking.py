"""`python -m tests.benchmarks.blocking`: how long the largest allowed documents delay other requests.

The tickets of the desk have a hundred activities each. While a document runs, another client repeats
`GET /health/live` on its own connection; measured is its longest wait, at the first run of the document and at the
second.
"""

import socket
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.benchmarks import load
from tests.benchmarks.fan_out import RAISED
from tests.benchmarks.measure import answer
from tests.benchmarks.processes import Place, Server, run_load
from tests.benchmarks.questions import VIEWER, Request, assignments, graphql

TICKETS = 1_000
RUNS = 7
ACTIVITIES = 100
PING = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

_ROW = """id number shortDescription description submittedAt updatedAt objectType status statusLabel stateReason
  stateReasonLabel version availableActions assignee { id displayName } category { id code label }
  subcategory { id code label } recipient { siret name service { id code name } }
  issuer { organisationIdentifier organisationName contactName contactAddress }"""
_ACTIVITY = "id kind label message statusBefore statusAfter occurredAt cursor actor { id displayName }"
_LIST = "tickets(tab: TO_PROCESS, first: 100)"
DOCUMENTS = {
    "20 lists of ids": " ".join(f"a{n}: {_LIST} {{ nodes {{ id }} }}" for n in range(20)),
    "12 lists of 100 rows, all fields": " ".join(f"a{n}: {_LIST} {{ nodes {{ {_ROW} }} }}" for n in range(12)),
    "100 tickets, 100 activities each": (
        f"{_LIST} {{ nodes {{ id activities(first: 100) {{ nodes {{ {_ACTIVITY} }} }} }} }}"
    ),
    "the same with their files": (
        f"{_LIST} {{ nodes {{ id activities(first: 90) {{ nodes {{ {_ACTIVITY} attachments {{ id url }} }} }} }} }}"
    ),
    "100 tickets, their assignable agents and files": (
        f"{_LIST} {{ nodes {{ id assignableAgents {{ id displayName }} attachments {{ id filename size url }} }} }}"
    ),
}


class Connection:
    """A connection that stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Send a request: the whole response."""
        self._socket.sendall(request)
        got = bytearray()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._socket.recv(1 << 18)
        head = bytes(got[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(got) < end + 4 + length:
            got += self._socket.recv(1 << 18)
        return bytes(got)


def longest_wait(server: Server, request: Request) -> tuple[float, float, int]:
    """The longest wait of the other client and the time of the request, in seconds, and the bytes of its response."""
    measured, other = Connection(server.port), Connection(server.port)
    other.ask(PING)
    answered: list[bytes] = []
    thread = threading.Thread(target=lambda: answered.append(measured.ask(request.encoded())))
    longest = 0.0
    begun = time.perf_counter()
    thread.start()
    while not answered:
        ping_begun = time.perf_counter()
        other.ask(PING)
        longest = max(longest, time.perf_counter() - ping_begun)
    thread.join()
    if b'"errors"' in answered[0] or b" 200 " not in answered[0][:20]:
        raise RuntimeError(answered[0][:1_000].decode(errors="replace"))
    return longest, time.perf_counter() - begun, len(answered[0])


def add_activities(server: Server, tokens: list[str]) -> list[str]:
    """Reassign a hundred tickets a hundred times each: their ids."""
    agents = [answer(server, graphql(token, VIEWER))["viewer"]["user"]["id"] for token in tokens]
    tickets = [
        node["id"]
        for node in answer(server, graphql(tokens[0], f"{{ {_LIST} {{ nodes {{ id }} }} }}"))["tickets"]["nodes"]
    ]
    question = assignments(tokens[0], tickets, agents)
    # Assigning a ticket to its assignee is refused: not an error here.
    job = load.Job(server.port, list(question.product), '"assignTicket":{"__typename":"Action', 1.0)
    while job.start < ACTIVITIES * len(tickets):
        job = replace(job, start=job.start + run_load(job).requests)
    return tickets


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="saisine-blocking-") as folder:
        place = Place(Path(folder), TICKETS)
        tokens = [place.token(login) for login in ("agent-1", "agent-2")]
        with place.product(**RAISED) as server:
            ids = ", ".join(f'"{one}"' for one in add_activities(server, tokens))
            by_id = " ".join(f"a{n}: nodes(ids: [{ids}]) {{ ... on Ticket {{ {_ROW} }} }}" for n in range(3))
            print("| document | answer, KiB | first run, ms | others wait, ms | run again, ms | others wait, ms |")
            print("| --- | ---: | ---: | ---: | ---: | ---: |")
            for name, selection in {**DOCUMENTS, "100 tickets by id, all fields, thrice": by_id}.items():
                first, again = [], []
                for run in range(RUNS):
                    request = graphql(tokens[0], f"query Run{run} {{ {selection} }}")
                    first.append(longest_wait(server, request))
                    longest_wait(server, request)
                    again.append(longest_wait(server, request))
                waits = [
                    f"{median(one[index] for one in runs) * 1000:.0f}" for runs in (first, again) for index in (1, 0)
                ]
                print(f"| {name} | {first[0][2] / 1024:,.0f} | {' | '.join(waits)} |", flush=True)


if __name__ == "__main__":
    main()
