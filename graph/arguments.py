"""What lists and subscriptions are asked, from the arguments of GraphQL to the words of `models.inbox.filters`."""

from collections.abc import Sequence

import strawberry

from graph.context import Context
from graph.errors import CodedError, bad_user_input
from graph.node_ids import UNKNOWN_ID, row_of
from graph.types.enums import OrderDirection
from graph.types.inputs import TicketFilter, TicketOrder
from models import journal
from models.i18n.language import Text
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.ordering import Order
from models.search.normalise import Term, terms


def parse_search(context: Context, search: str | None) -> tuple[Term, ...]:
    """The terms of a keyword search. Errors: BAD_USER_INPUT for one that is too long."""
    maximum = context.settings.search_max_characters
    if search is not None and len(search) > maximum:
        raise bad_user_input(
            f"La recherche dépasse {maximum} caractères : retirez des mots.",
            f"The search is longer than {maximum} characters: leave out some words.",
        )
    return terms(search)


def parse_filter(context: Context, given: TicketFilter | None) -> Filter:
    """The filter of a list. Errors: BAD_USER_INPUT for an id that is none of its type, or for too many values."""
    if given is None:
        return EVERY_TICKET
    maximum = context.settings.filter_max_values
    for name, value in vars(given).items():
        if isinstance(value, list) and len(value) > maximum:
            raise bad_user_input(
                f"Filtre {name} : {maximum} valeurs au plus.", f"Filter {name}: {maximum} values at most."
            )
    return Filter(
        category_ids=_rows("Category", given.category_ids),
        subcategory_ids=_rows("Subcategory", given.subcategory_ids),
        object_types=_values(given.object_types),
        statuses=_values(given.statuses),
        state_reasons=_values(given.state_reasons),
        assignee_ids=_rows("User", given.assignee_ids),
        structure_ids=_rows("Structure", given.structure_ids),
        service_ids=_rows("Service", given.service_ids),
        unassigned=given.unassigned,
        submitted_from=given.submitted_from,
        submitted_to=given.submitted_to,
    )


def _values(given: Sequence[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


def _rows(kind: str, ids: Sequence[strawberry.ID] | None) -> frozenset[int] | None:
    if ids is None:
        return None
    found = frozenset(row_of(kind, one) for one in ids)
    if UNKNOWN_ID in found:
        raise bad_user_input(f"Un id du filtre n’est pas de type {kind}.", f"An id of the filter is of no {kind}.")
    return found


def parse_order(given: TicketOrder | None) -> Order:
    """The order of a list; newest submission first where none is asked."""
    return Order() if given is None else Order(given.field, given.direction is OrderDirection.DESC)


_EXPIRED = Text(
    "Ce curseur est trop ancien : relisez la liste et repartez de son liveCursor.",
    "This cursor is too old: read the list again and start from its liveCursor.",
)


async def parse_position(context: Context, after: str | None) -> int:
    """The position that a subscription begins after: the cursor's, or the present one, or where it starts over.

    Errors: BAD_USER_INPUT for a cursor that this desk has not given out (yet); CURSOR_EXPIRED for one too far behind.
    """
    if context.consumer.start is not None:
        return context.consumer.start
    head = await journal.latest_position()
    if after is None:
        return head
    try:
        position = journal.decode_cursor(after)
    except journal.InvalidEventCursor:
        position = head + 1
    if position > head:
        raise bad_user_input(
            "`after` n’est pas un curseur de ce bureau : relisez la liste et repartez de son liveCursor.",
            "`after` is no cursor of this desk: read the list again and start from its liveCursor.",
        )
    if position < head - context.settings.journal_retention_events:
        raise expired()
    return position


def expired() -> CodedError:
    """What happened since is too much to be told: the list is to be read again."""
    return CodedError("CURSOR_EXPIRED", _EXPIRED)
