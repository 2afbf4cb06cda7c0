"""Batched reads: one statement for all that one execution asks of a kind. They live as long as that execution."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from models import access, catalogue, history

K = TypeVar("K")
V = TypeVar("V")
Recipient = tuple[int, int | None]


def _by_key(read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> "DataLoader[K, V]":
    async def load(keys: list[K]) -> list[V]:
        found = await read(keys)
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)


def _lists(read: Callable[[str, Sequence[int]], Awaitable[list[Any]]], column: str) -> "DataLoader[int, list[Any]]":
    async def load(keys: list[int]) -> list[list[Any]]:
        found = await read(column, keys)
        return [[row for row in found if getattr(row, column) == key] for key in keys]

    return DataLoader(load_fn=load)


class Loaders:
    """The loaders of one execution, each made when first asked."""

    @cached_property
    def services_of(self) -> "DataLoader[int, list[catalogue.ServiceRow]]":
        """The services of a structure."""
        return _lists(catalogue.services, "structure_id")

    @cached_property
    def subcategories_of(self) -> "DataLoader[int, list[catalogue.SubcategoryRow]]":
        """The subcategories of a category."""
        return _lists(catalogue.subcategories, "category_id")

    @cached_property
    def agents_of(self) -> "DataLoader[Recipient, list[Any]]":
        """The agents of a recipient."""
        return _by_key(access.agents_of)

    @cached_property
    def activity_counts(self) -> "DataLoader[int, int]":
        """How many activities a ticket has."""
        return _by_key(history.count_activities)

    @cached_property
    def _attachments(self) -> "dict[str, DataLoader[int, list[history.AttachmentRow]]]":
        def loader(column: str) -> "DataLoader[int, list[history.AttachmentRow]]":
            return _by_key(lambda ids: history.attachments_of(column, ids))

        return {column: loader(column) for column in ("ticket_id", "activity_id")}

    @property
    def attachments_of_ticket(self) -> "DataLoader[int, list[history.AttachmentRow]]":
        """The attachments of a ticket."""
        return self._attachments["ticket_id"]

    @property
    def attachments_of_activity(self) -> "DataLoader[int, list[history.AttachmentRow]]":
        """The attachments of an activity."""
        return self._attachments["activity_id"]

    @cached_property
    def _activities(self) -> "dict[tuple[int, int], DataLoader[int, list[history.ActivityRow]]]":
        return {}

    def activities_of(self, after: int, first: int) -> "DataLoader[int, list[history.ActivityRow]]":
        """The `first` activities of a ticket after a position."""
        made = self._activities.get((after, first))
        if made is None:
            made = _by_key(lambda ids: history.first_activities(ids, after, first))
            self._activities[after, first] = made
        return made
