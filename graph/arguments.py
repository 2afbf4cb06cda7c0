"""The arguments of lists and subscriptions, parsed from GraphQL values into those of `models.inbox`."""

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
    """The terms of a keyword search. Errors: BAD_USER_INPUT if it is too long."""
    maximum = context.settings.search_max_characters
    if search is not None and len(search) > maximum:
        raise bad_user_input(
            f"La recherche dépasse {maximum} caractères : retirez des mots.",
            f"The search is longer than {maximum} characters: remove some words.",
        )
    return terms(search)


def parse_filter(context: Context, given: TicketFilter | None) -> Filter:
    """The filter of a list. Errors: BAD_USER_INPUT for an id of another type, or for too many values."""
    if given is None:
        return EVERY_TICKET
    maximum = context.settings.filter_max_values
    for name, value in vars(given).items():
        if isinstance(value, list) and len(value) > maximum:
            raise bad_user_input(
                f"Filtre {name} : {maximum} valeurs au plus.", f"Filter {name}: at most {maximum} values."
            )
    return Filter(
        category_ids=_row_ids("Category", given.category_ids),
        subcategory_ids=_row_ids("Subcategory", given.subcategory_ids),
        object_types=_values(given.object_types),
        statuses=_values(given.statuses),
        state_reasons=_values(given.state_reasons),
        assignee_ids=_row_ids("User", given.assignee_ids),
        structure_ids=_row_ids("Structure", given.structure_ids),
        service_ids=_row_ids("Service", given.service_ids),
        unassigned=given.unassigned,
        submitted_from=given.submitted_from,
        submitted_to=given.submitted_to,
    )


def _values(given: Sequence[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


def _row_ids(kind: str, ids: Sequence[strawberry.ID] | None) -> frozenset[int] | None:
    if ids is None:
        return None
    found = frozenset(row_of(kind, one) for one in ids)
    if UNKNOWN_ID in found:
        raise bad_user_input(f"Un id du filtre n’est pas de type {kind}.", f"A filter id is not a {kind} id.")
    return found


def parse_order(given: TicketOrder | None) -> Order:
    """The order of a list; newest submission first if none is given."""
    return Order() if given is None else Order(given.field, given.direction is OrderDirection.DESC)


_EXPIRED = Text(
    "Ce curseur est trop ancien : relisez la liste et repartez de son liveCursor.",
    "This cursor is too old: read the list again and start from its liveCursor.",
)


async def parse_position(context: Context, after: str | None) -> int:
    """The position that a subscription starts after: that of `after`, else the latest one; a subscription that runs
    again starts after the last position that it delivered.

    Errors: BAD_USER_INPUT if `after` is not a cursor of this desk; CURSOR_EXPIRED if it is too old.
    """
    if context.consumer.start is not None:
        return context.consumer.start
    latest = await journal.latest_position()
    if after is None:
        return latest
    try:
        position = journal.decode_cursor(after)
    except journal.InvalidEventCursor:
        position = latest + 1
    if position > latest:
        raise bad_user_input(
            "`after` n’est pas un curseur de ce bureau : relisez la liste et repartez de son liveCursor.",
            "`after` is not a cursor of this desk: read the list again and start from its liveCursor.",
        )
    if position < latest - context.settings.journal_retention_events:
        raise expired()
    return position


def expired() -> CodedError:
    """Too much has happened since the cursor: the client reads the list again."""
    return CodedError("CURSOR_EXPIRED", _EXPIRED)
