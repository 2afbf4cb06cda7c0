"""The filter of a list, as SQL for reads and in memory for live changes; both are made from the same Filter."""

from dataclasses import dataclass, replace
from typing import Any

from models.database.sql import Condition, both, in_list
from models.inbox.index_ranges import unindexed
from models.inbox.tabs import Tab
from models.journal import ImmutableFields
from models.workflow import State


@dataclass(frozen=True, slots=True)
class Filter:
    """What a ticket must match. None matches every ticket, an empty set matches none. Instants are in milliseconds
    since the epoch, and both ends are included."""

    category_ids: frozenset[int] | None = None
    subcategory_ids: frozenset[int] | None = None
    object_types: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    state_reasons: frozenset[str] | None = None
    assignee_ids: frozenset[int] | None = None
    structure_ids: frozenset[int] | None = None
    service_ids: frozenset[int] | None = None
    unassigned: bool | None = None
    submitted_from: int | None = None
    submitted_to: int | None = None

    @property
    def size(self) -> int:
        """The number of values that it names."""
        named = (
            self.category_ids, self.subcategory_ids, self.object_types, self.statuses, self.state_reasons,
            self.assignee_ids, self.structure_ids, self.service_ids,
        )  # fmt: skip
        return sum(len(values) for values in named if values is not None)

    def matches(self, state: State, immutable: ImmutableFields) -> bool:
        """Whether a ticket matches all of it."""
        if self is EVERY_TICKET:
            return True  # most subscriptions have no filter, and every event comes here
        pairs: tuple[tuple[frozenset[Any] | None, object], ...] = (
            (self.category_ids, immutable.category_id),
            (self.subcategory_ids, immutable.subcategory_id),
            (self.object_types, immutable.object_type),
            (self.statuses, state.status),
            (self.state_reasons, state.state_reason),
            (self.assignee_ids, state.assignee_id),
            (self.structure_ids, state.recipient_structure_id),
            (self.service_ids, state.recipient_service_id),
        )
        return (
            all(wanted is None or value in wanted for wanted, value in pairs)
            and (self.unassigned is None or self.unassigned == (state.assignee_id is None))
            and (self.submitted_from is None or self.submitted_from <= immutable.submitted_at)
            and (self.submitted_to is None or immutable.submitted_at <= self.submitted_to)
        )

    def restricted_to(self, tab: Tab, user_id: int) -> "Filter":
        """The same filter, restricted to the tickets of a tab."""
        statuses, assignees = frozenset[str](tab.statuses), frozenset([user_id])
        return replace(
            self,
            statuses=statuses if self.statuses is None else statuses & self.statuses,
            assignee_ids=(
                self.assignee_ids if not tab.mine
                else assignees if self.assignee_ids is None
                else assignees & self.assignee_ids
            ),
        )  # fmt: skip

    def partition(self, scope: Condition, leading: list[Condition]) -> tuple[list[Condition], list[Condition]]:
        """The filter's tickets within a scope as ranges of an index: the conditions on its first column (`leading`, or
        the assignees if the filter names them), and the conditions that remain, one a status if it names statuses.

        A range is one of the former with one of the latter (`index_ranges.ranges`).
        """
        rest = replace(self, statuses=None)
        if self.assignee_ids is not None:
            rest = replace(rest, assignee_ids=None)
            leading = [both(("t.assignee_id = ?", [n]), unindexed(scope)) for n in sorted(self.assignee_ids)]
        if self.statuses is None:
            return leading, [rest.condition()]
        return leading, [both((f"t.status = '{name}'", []), rest.condition()) for name in sorted(self.statuses)]

    @property
    def statuses_alone(self) -> bool:
        """Whether it filters by nothing but statuses."""
        return replace(self, statuses=None) == EVERY_TICKET

    @property
    def countable(self) -> bool:
        """Whether the counters can count its tickets: they have recipient, status and assignee."""
        unknown = (
            self.category_ids, self.subcategory_ids, self.object_types, self.state_reasons, self.submitted_from,
            self.submitted_to,
        )  # fmt: skip
        return all(value is None for value in unknown)

    def condition(self) -> Condition:
        """The filter as SQL over tickets `t`, or, if it is `countable`, over counters `t`."""
        conditions: list[str] = []
        values: list[object] = []
        for column, wanted in (
            ("category_id", self.category_ids),
            ("subcategory_id", self.subcategory_ids),
            ("object_type", self.object_types),
            ("status", self.statuses),
            ("state_reason", self.state_reasons),
            ("assignee_id", self.assignee_ids),
            ("recipient_structure_id", self.structure_ids),
            ("recipient_service_id", self.service_ids),
        ):
            if wanted is not None:
                conditions.append(f"t.{column} IN {in_list(wanted)}" if wanted else "1 = 0")
                values += map(_plain, sorted(wanted))
        if self.unassigned is not None:
            conditions.append(f"t.assignee_id IS {'' if self.unassigned else 'NOT '}NULL")
        for comparison, instant in ((">=", self.submitted_from), ("<=", self.submitted_to)):
            if instant is not None:
                conditions.append(f"t.submitted_at {comparison} ?")
                values.append(instant)
        return " AND ".join(conditions) or "1 = 1", values


def _plain(value: Any) -> object:
    """A string or a number itself: database drivers are slower with subclasses of them, such as enums."""
    return str(value) if isinstance(value, str) else value


EVERY_TICKET = Filter()
