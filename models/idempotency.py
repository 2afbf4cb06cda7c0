"""Idempotency: a request repeated by the same user under the same key is done once and returns the first result.

A user who has lost the right to that result gets NOT_FOUND. `actions.py` decides what a request does; this file keeps
its key and its result, and stores its files. It uses SQL, not the Tortoise model: it is part of every action with a
key, and there the model would cost a third of the action's time.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from models.access import rights_of
from models.attachments.storage import Storage
from models.attachments.uploads import StorageFailed, StoredFile, Upload, sha256
from models.database import Statement, Transaction, fetch
from models.journal import record
from models.refusals import Refusal
from models.services import Services
from models.workflow import RefusalCode


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under an idempotency key. `fingerprint` is the SHA-256 of its input, contents of files included."""

    user_id: int
    key: str
    fingerprint: str
    ticket_id: int | None
    """The ticket that a refusal shows."""


class Replayed(Exception):
    """The request was done before; `position` is that of the activity that it recorded then."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


async def keyed_request(
    user_id: int, key: str | None, values: Sequence[object], files: Sequence[Upload], ticket_id: int | None = None
) -> KeyedRequest | None:
    """The request with these input values and files; None without a key."""
    if key is None:
        return None
    digests = [[file.filename, file.content_type, await asyncio.to_thread(sha256, file.file)] for file in files]
    fingerprint = hashlib.sha256(json.dumps([list(values), digests]).encode()).hexdigest()
    return KeyedRequest(user_id, key, fingerprint, ticket_id)


_FIRST_RESULT = (
    "SELECT c.fingerprint, c.activity_id, t.issuer_structure_id, t.recipient_structure_id, t.recipient_service_id, "
    "a.recipient_structure_id, a.recipient_service_id, a.recipient_structure_id_before, a.recipient_service_id_before "
    "FROM idempotent_calls c JOIN activities a ON a.position = c.activity_id JOIN tickets t ON t.id = a.ticket_id "
    "WHERE c.user_id = ? AND c.key = ?"
)


async def first_result(request: KeyedRequest | None, connection: Transaction | None = None) -> int | None:
    """The position that the request returned before; None if it is new or has no key.

    The result shows the ticket, so the user must still have a right to it: to see it now, or where the action found or
    left it. (A transfer takes the ticket from the agent who does it, and its result is still theirs.)

    Errors: Refusal IDEMPOTENCY_KEY_REUSED if the user sent another request under the key, NOT_FOUND without that right.
    """
    if request is None:
        return None
    found = await fetch(_FIRST_RESULT, [request.user_id, request.key], connection)
    if not found:
        return None
    fingerprint, position, issuer_id, *recipients = found[0]
    if fingerprint != request.fingerprint:
        raise Refusal(RefusalCode.IDEMPOTENCY_KEY_REUSED, ticket_id=request.ticket_id)
    rights = await rights_of(request.user_id, connection)
    places = zip(recipients[::2], recipients[1::2], strict=True)
    if not any(rights.sees(structure_id, service_id, issuer_id) for structure_id, service_id in places):
        raise Refusal(RefusalCode.NOT_FOUND)
    return int(position)


async def replay(connection: Transaction, request: KeyedRequest | None) -> None:
    """Stop an action whose request was done before. Errors: Replayed; Refusal as in `first_result`."""
    if (position := await first_result(request, connection)) is not None:
        raise Replayed(position)


def remember(request: KeyedRequest | None, position: int) -> list[Statement]:
    """The statement that keeps the result of a request, for its action's transaction; none without a key."""
    if request is None:
        return []
    sql = "INSERT INTO idempotent_calls (user_id, key, fingerprint, activity_id) VALUES (?, ?, ?, ?)"
    return [(sql, [request.user_id, request.key, request.fingerprint, position])]


async def run_once(
    services: Services,
    request: KeyedRequest | None,
    files: Sequence[Upload],
    apply: Callable[[Transaction, Sequence[StoredFile]], Awaitable[int]],
) -> int:
    """Return the first result of a repeated request; else store the files and record what `apply` does, or neither."""
    if files and (position := await first_result(request)) is not None:
        return position
    stored = await _store(services.storage, files)
    # Other errors may come before or after the commit: then the files stay, and the sweep removes those without a row.
    try:
        return await record(lambda tx: apply(tx, stored), services.broker)
    except Replayed as replayed:
        await _discard(services.storage, stored)
        return replayed.position
    except Refusal:
        await _discard(services.storage, stored)
        # A concurrent repetition that was done first may be the cause of this refusal: then its result counts.
        if (position := await first_result(request)) is not None:
            return position
        raise


async def _store(storage: Storage, files: Sequence[Upload]) -> list[StoredFile]:
    """Store all files or none."""
    stored: list[StoredFile] = []
    try:
        for file in files:
            stored.append(await storage.save(file))
    except StorageFailed:
        with suppress(StorageFailed):
            await _discard(storage, stored)
        raise
    return stored


async def _discard(storage: Storage, stored: Sequence[StoredFile]) -> None:
    for file in stored:
        await storage.discard(file.key)
