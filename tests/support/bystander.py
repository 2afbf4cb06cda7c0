"""A client of an attacked server, in a process of its own: it asks a small list query again and again.

`attack.py` starts it by its path, so it needs only the standard library and starts at once. Each line that it prints is
JSON: how it was connected, the seconds that it waited, the seconds of these in which the machine ran others, and what
was wrong with the answer, or null. It ends when its standard input does.
"""

import http.client
import json
import select
import sys
import time
from pathlib import Path

ADDRESS = "127.0.0.2"
"""Its own address, so that no limit of the attacker's address concerns it."""
TIMEOUT = 10.0
"""Seconds after which a query counts as unanswered."""
PAUSE = 0.025
QUERY = "{ tickets(tab: ALL_EXCEPT_CLOSED, first: 5) { nodes { id number shortDescription status } } }"


def seconds_runnable(*pids: str) -> float:
    """The seconds that the main threads of these processes could have run, but other threads of the machine did."""
    try:
        texts = [Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii") for pid in pids]
    except OSError:
        return 0.0
    return sum(int(text.split()[1]) for text in texts) / 1e9


class Bystander:
    """Two connections, one kept and one made for each query, and what is measured with them."""

    def __init__(self, port: int, pid: str, me: str, token: str) -> None:
        self.port = port
        self.pids = (pid, me)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.body = json.dumps({"query": QUERY}).encode()
        self.kept = self.connection()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT, source_address=(ADDRESS, 0))

    def ask(self, connection: http.client.HTTPConnection) -> str | None:
        """Ask once: what was wrong with the answer."""
        try:
            connection.request("POST", "/graphql", self.body, self.headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return repr(error)
        return None if response.status == 200 and '"errors"' not in text else f"{response.status} {text[:300]}"

    def measure(self, name: str, connection: http.client.HTTPConnection) -> None:
        runnable, begun = seconds_runnable(*self.pids), time.perf_counter()
        problem = self.ask(connection)
        waited = time.perf_counter() - begun
        print(json.dumps([name, waited, seconds_runnable(*self.pids) - runnable, problem]), flush=True)

    def run(self) -> None:
        while not select.select([sys.stdin], [], [], PAUSE)[0]:
            self.measure("kept", self.kept)
            fresh = self.connection()
            self.measure("fresh", fresh)
            fresh.close()


if __name__ == "__main__":
    Bystander(int(sys.argv[1]), sys.argv[2], str(Path("/proc/self").resolve().name), sys.argv[3]).run()
