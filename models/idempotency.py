"""Once: a call is done one time, files, row and answer together, however often it is made under its key.

What a call does is its verb's business (`actions.py`); the transaction is the journal's.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from models.attachments.storage import Storage
from models.attachments.uploads import StorageFailed, Stored, Upload
from models.broker import Broker
from models.database import Transaction, fetch
from models.journal import record
from models.refusals import Refusal
from models.settings import StorageSettings
from models.workflow import RefusalCode


@dataclass(frozen=True, slots=True)
class Services:
    """What the verbs work with."""

    settings: StorageSettings
    storage: Storage
    broker: Broker | None


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls a verb; under which idempotency key, if any; at what instant (milliseconds), if not now."""

    user_id: int
    idempotency_key: str | None = None
    at: int | None = None


Step = Callable[[Transaction, Sequence[Stored]], Awaitable[int]]
"""Writes one activity, with the files that came with it, and answers its position."""


async def once(
    services: Services,
    call: Call,
    asked: Sequence[object],
    files: Sequence[Upload],
    step: Step,
    about: int | None = None,
) -> int:
    """Store the files, take the step, and remember the call under its key: the position of the activity.

    A key that this user has used for the same request answers that request's position and does nothing again; a
    refused call did nothing and is not remembered. Errors: Refused (IDEMPOTENCY_KEY_REUSED: same key, other request;
    with the ticket that this one is `about`).
    """
    stored = await _store(services.storage, files)
    fingerprint = _fingerprint(asked, stored)
    repeated = False

    async def keyed(connection: Transaction) -> int:
        nonlocal repeated
        if (before := await _answered(connection, call, fingerprint, about)) is not None:
            repeated = True
            return before
        try:
            position = await step(connection, stored)
        except Refusal:
            # The same call, made at the same time, may be what stands in this one's way: then that one's answer counts.
            if (meanwhile := await _answered(connection, call, fingerprint, about)) is None:
                raise
            repeated = True
            return meanwhile
        if call.idempotency_key is not None:
            await connection.execute_query(
                "INSERT INTO idempotent_calls (user_id, key, fingerprint, activity_id) VALUES (?, ?, ?, ?)",
                [call.user_id, call.idempotency_key, fingerprint, position],
            )
        return position

    # After any other failure a commit may or may not have been reached: the sweep will tell by the rows.
    try:
        position = await record(keyed, services.broker)
    except Refusal:
        await _discard(services.storage, stored)
        raise
    if repeated:
        await _discard(services.storage, stored)
    return position


async def _answered(connection: Transaction, call: Call, fingerprint: str, about: int | None) -> int | None:
    """The position that answered this call before, under its key.

    Errors: Refused, where the key is another request's.
    """
    if call.idempotency_key is None:
        return None
    known = await fetch(
        "SELECT fingerprint, activity_id FROM idempotent_calls WHERE user_id = ? AND key = ?",
        [call.user_id, call.idempotency_key],
        connection,
    )
    if known and known[0][0] != fingerprint:
        raise Refusal(RefusalCode.IDEMPOTENCY_KEY_REUSED, ticket_id=about)
    return int(known[0][1]) if known else None


def _fingerprint(asked: Sequence[object], stored: Sequence[Stored]) -> str:
    files = [[file.filename, file.content_type, file.digest] for file in stored]
    return hashlib.sha256(json.dumps([list(asked), files]).encode()).hexdigest()


async def _store(storage: Storage, files: Sequence[Upload]) -> list[Stored]:
    """All of the files in the storage, or none."""
    stored: list[Stored] = []
    try:
        for file in files:
            stored.append(await storage.save(file))
    except StorageFailed:
        with suppress(StorageFailed):
            await _discard(storage, stored)
        raise
    return stored


async def _discard(storage: Storage, stored: Sequence[Stored]) -> None:
    for file in stored:
        await storage.discard(file.key)
