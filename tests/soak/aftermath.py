"""Checks of a database after a soak test: the desk is consistent, and every action with a response is recorded once.

Helpers only, without tests.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from random import Random
from typing import Any

from models import journal
from models.access import Rights, rights_of
from models.attachments.storage import storage_for
from models.attachments.storage.files import FileStorage
from models.inbox.tabs import InboxTab, in_tab
from models.search import index
from models.search.normalise import terms
from models.settings import StorageSettings
from models.sweep import sweep
from tests.live import People
from tests.models import select
from tests.models.invariants import check_the_invariants

TabCounts = list[tuple[str, dict[str, int]]]
"""The counts that each login received, by tab."""
KINDS = {
    "submitTicket": "SUBMITTED", "assignTicketToMe": "ASSIGNED", "assignTicket": "ASSIGNED",
    "proposeSolution": "SOLUTION_PROPOSED", "requestInformation": "INFORMATION_REQUESTED",
    "transferToSupport": "TRANSFERRED_TO_SUPPORT", "provideInformation": "INFORMATION_PROVIDED",
    "acceptSolution": "SOLUTION_ACCEPTED", "refuseSolution": "SOLUTION_REFUSED", "closeTicket": "CLOSED",
}  # fmt: skip


@dataclass
class ActionRequest:
    """A request for an action under its own idempotency key, with a file of `size` bytes if that is not 0.

    `result` is that of its response; `breaks` counts the connections that broke before it, `tried_at` is the last try.
    """

    number: int
    login: str
    action: str
    given: dict[str, Any]
    size: int = 0
    result: Any = None
    breaks: int = 0
    tried_at: int = 0

    @staticmethod
    def word_of(number: int) -> str:
        """The search keyword that finds this action and no other."""
        return f"appel{number:07}"

    @property
    def key(self) -> str:
        return f"cle-{self.number}"

    @property
    def done(self) -> bool:
        return bool(self.result["__typename"] == "ActionDone")

    @property
    def position(self) -> int:
        return journal.decode_cursor(self.result["cursor"])

    @property
    def filename(self) -> str:
        return f"piece{self.number:07}.pdf"

    @property
    def content(self) -> bytes:
        return (b"%PDF-1.4\n" + Random(self.number).randbytes(self.size))[: self.size]

    async def send(self, people: People) -> Any:
        """Send the request once: the result of the action."""
        given: dict[str, Any] = {**self.given, "idempotencyKey": self.key}
        if self.size:
            given["attachments"] = [(self.filename, self.content, "application/octet-stream")]
        if self.action == "submitTicket":
            return await people.submit(self.login, **given)
        return await (await people.client(self.login)).act(self.action, **given)


async def everyones_rights() -> dict[str, Rights]:
    return {login: await rights_of(user_id) for user_id, login in await select("SELECT id, login FROM users")}


async def check_the_desk(counts: TabCounts) -> None:
    """The invariants hold, and the counts that each login received are those of the tickets."""
    rights = await everyones_rights()
    states = (await check_the_invariants()).values()
    for login, counted in counts:
        expected = {str(tab): sum(in_tab(tab, rights[login], state) for state in states) for tab in InboxTab}
        assert (login, counted) == (login, expected)


async def check_the_actions(requests: list[ActionRequest], since: str) -> int:
    """Each action answered ActionDone is recorded once, and nothing else is: how many of them had lost a response."""
    done = [request for request in requests if request.done]
    rights = await everyones_rights()
    log = {row["position"]: row for row in await journal.after(journal.decode_cursor(since), 10**9)}
    assert sorted(request.position for request in done) == sorted(log), "each activity belongs to one request"
    # The demo's own actions, from before, have keys, too.
    keys = [row for row in await select("SELECT user_id, key, activity_id FROM idempotent_calls") if row[2] in log]
    assert sorted(keys) == sorted((rights[request.login].user_id, request.key, request.position) for request in done)
    numbers = dict(await select("SELECT id, number FROM tickets"))
    saved = 0
    for request in done:
        row, ticket, activity = log[request.position], request.result["ticket"], request.result["activity"]
        assert (row["kind"], row["actor_id"]) == (KINDS[request.action], rights[request.login].user_id), request
        assert (row["kind"], row["message"]) == (activity["kind"], activity["message"]), request
        assert row["message"] == request.given.get("message"), request
        assert numbers[row["ticket_id"]] == ticket["number"], request
        saved += bool(request.breaks and row["occurred_at"] < request.tried_at)
    everywhere = [f"~s{structure_id}" for (structure_id,) in await select("SELECT id FROM structures")]
    for request in requests:
        if "message" in request.given or "text" in request.given:
            expected = [(log[request.position]["ticket_id"],)] if request.done else []
            for word in [ActionRequest.word_of(request.number), *([request.filename] if request.size else [])]:
                assert await found_by(word, everywhere) == expected, request
    return saved


async def found_by(word: str, tokens: list[str]) -> list[tuple[int]]:
    """The ids of the tickets within these scope tokens that a word finds."""
    condition, values = index.condition(terms(word), tokens)
    return await select(f"SELECT t.id FROM tickets t WHERE {condition}", *values)


async def check_the_files(settings: StorageSettings, requests: list[ActionRequest]) -> int:
    """Every row has its file and, once orphans are swept, every file its row: how many orphans there were."""
    storage = storage_for(settings)
    assert isinstance(storage, FileStorage)
    attached = await select("SELECT activity_id, filename, size, digest, storage_key FROM attachments")
    sent = {
        (request.position, request.filename, request.size, hashlib.sha256(request.content).hexdigest())
        for request in requests
        if request.done and request.size
    }
    first = min(request.position for request in requests if request.done)
    recorded = [tuple(row[:4]) for row in attached if row[0] >= first]
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == sent
    for _, _, size, digest, key in attached:
        content = storage.path(key).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)
    orphans = await sweep(storage, -60)
    kept = await asyncio.to_thread(lambda: {path.name for path in storage.root.glob("??/*")})
    assert kept == {key for *_, key in attached}
    return orphans
