"""Data loaders: one SQL statement for all keys that the resolvers load. Each execution has loaders of its own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from models import access
from models.directory import queries as directory
from models.directory import tables
from models.tickets import activities
from models.tickets.projection import LATEST

K = TypeVar("K")
V = TypeVar("V")
Recipient = tuple[int, int | None]
_MAX_ROWS_PER_BATCH = 1_000
"""Expected rows of one batch: converting them blocks the event loop."""


class _Loader(DataLoader[K, V]):
    """A data loader in which a cancelled reader does not cancel the other readers of the same key.

    When a field fails, graphql-core cancels its siblings; Strawberry's loader gives all readers of a key one future.
    A key whose readers are all cancelled is not loaded.
    """

    def __init__(self, load_fn: Callable[[list[K]], Awaitable[Sequence[V]]], rows: int) -> None:
        super().__init__(load_fn, max_batch_size=max(1, _MAX_ROWS_PER_BATCH // rows))
        self._readers: Counter[asyncio.Future[V]] = Counter()

    def load(self, key: K) -> "asyncio.Future[V]":
        """A future of the key's value, for one reader."""
        shared = super().load(key)
        assert isinstance(shared, asyncio.Future)  # noqa: S101 - the base class makes no other
        own = asyncio.shield(shared)
        if own is not shared:
            self._readers[shared] += 1
            own.add_done_callback(lambda own: self._leave(shared, own))
        return own

    def _leave(self, shared: "asyncio.Future[V]", own: "asyncio.Future[V]") -> None:
        self._readers[shared] -= 1
        if not self._readers[shared]:
            del self._readers[shared]
            if own.cancelled():
                shared.cancel()


def batched(read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], rows: int = 2) -> "_Loader[K, V]":
    """A loader for a function that reads the values of several keys; `rows`: the expected number for one key."""

    async def load(keys: list[K]) -> list[V]:
        found = await read(keys)
        return [found[key] for key in keys]

    return _Loader(load, rows)


def _lists(read: Callable[[str, Sequence[int]], Awaitable[list[Any]]], column: str) -> "DataLoader[int, list[Any]]":
    async def load(keys: list[int]) -> list[list[Any]]:
        by_key: dict[int, list[Any]] = {key: [] for key in keys}
        for row in await read(column, keys):
            by_key[getattr(row, column)].append(row)
        return [by_key[key] for key in keys]

    return _Loader(load, 10)


class Loaders:
    """The loaders of one execution, each made at its first use."""

    @cached_property
    def services_of(self) -> "DataLoader[int, list[tables.Service]]":
        """The services of a structure, by its id."""
        return _lists(directory.services, "structure_id")

    @cached_property
    def subcategories_of(self) -> "DataLoader[int, list[tables.Subcategory]]":
        """The subcategories of a category, by its id."""
        return _lists(directory.subcategories, "category_id")

    @cached_property
    def agents_of(self) -> "DataLoader[Recipient, list[Any]]":
        """The agents of a recipient, by the ids of its structure and service."""
        return batched(access.agents_of, rows=10)

    @cached_property
    def _made(self) -> "dict[tuple[object, ...], DataLoader[int, Any]]":
        return {}

    def _loader(
        self, *key: object, read: Callable[[Sequence[int]], Awaitable[Mapping[int, Any]]], rows: int = 2
    ) -> "DataLoader[int, Any]":
        if key not in self._made:
            self._made[key] = batched(read, rows)
        return self._made[key]

    def activity_counts(self, max_position: int) -> "DataLoader[int, int]":
        """The number of a ticket's activities up to a position, by the ticket's id."""
        return self._loader("counts", max_position, read=lambda ids: activities.count_activities(ids, max_position))

    def activities_of(
        self, after: int, max_position: int, first: int, with_attachments: bool
    ) -> "DataLoader[int, list[activities.ActivityRow]]":
        """The `first` activities of a ticket between two positions, by the ticket's id."""
        return self._loader(
            "activities",
            after,
            max_position,
            first,
            with_attachments,
            read=lambda ids: activities.first_activities(
                ids, after, max_position, first, with_attachments=with_attachments
            ),
            rows=first,
        )

    def attachments_of_ticket(self, max_position: int) -> "DataLoader[int, list[activities.AttachmentRow]]":
        """The attachments of a ticket up to a position, by the ticket's id."""
        return self._loader(
            "files", max_position, read=lambda ids: activities.attachments_of("ticket_id", ids, max_position)
        )

    @cached_property
    def attachments_of_activity(self) -> "DataLoader[int, list[activities.AttachmentRow]]":
        """The attachments of an activity, by its position."""
        return batched(lambda ids: activities.attachments_of("activity_id", ids, LATEST))
