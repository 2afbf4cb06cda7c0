"""Parses the arguments of lists and subscriptions into the values that `models.inbox` takes."""

from collections.abc import Sequence

import strawberry

from graph.context import Context
from graph.errors import CodedError, bad_user_input
from graph.node_ids import UNKNOWN_ID, Kind, row_of
from graph.types.enums import OrderDirection
from graph.types.inputs import TicketFilter, TicketOrder
from models import journal
from models.i18n.language import Text
from models.inbox.filters import EVERY_TICKET, Filter
from models.inbox.ordering import Order
from models.search.normalise import Term, asked_words, terms


def parse_search(context: Context, search: str | None) -> tuple[Term, ...]:
    """The terms of a keyword search. Errors: BAD_USER_INPUT if it is too long, or has too many words."""
    if search is None:
        return ()
    settings = context.settings
    if len(search) > settings.search_max_characters:
        raise bad_user_input(
            f"La recherche dépasse {settings.search_max_characters} caractères : retirez des mots.",
            f"The search is longer than {settings.search_max_characters} characters: remove some words.",
        )
    found = terms(search)
    asked = asked_words(found)
    if len(asked) > settings.search_max_words:
        raise bad_user_input(
            f"La recherche a plus de {settings.search_max_words} mots : retirez des mots.",
            f"The search has more than {settings.search_max_words} words: remove some words.",
        )
    if sum(len(word) == 1 for word in asked) > settings.search_max_letters:
        raise bad_user_input(
            f"La recherche a plus de {settings.search_max_letters} mots d’une lettre : retirez des lettres seules.",
            f"The search has more than {settings.search_max_letters} words of one letter: remove some single letters.",
        )
    return found


def parse_filter(context: Context, argument: TicketFilter | None) -> Filter:
    """The filter of a list. Errors: BAD_USER_INPUT for an id of another type, or for too many values."""
    if argument is None:
        return EVERY_TICKET
    maximum = context.settings.filter_max_values
    for name, value in vars(argument).items():
        if isinstance(value, list) and len(value) > maximum:
            raise bad_user_input(
                f"Filtre {name} : {maximum} valeurs au plus.", f"Filter {name}: at most {maximum} values."
            )
    return Filter(
        category_ids=_row_ids("Category", argument.category_ids),
        subcategory_ids=_row_ids("Subcategory", argument.subcategory_ids),
        object_types=_values(argument.object_types),
        statuses=_values(argument.statuses),
        state_reasons=_values(argument.state_reasons),
        assignee_ids=_row_ids("User", argument.assignee_ids),
        structure_ids=_row_ids("Structure", argument.structure_ids),
        service_ids=_row_ids("Service", argument.service_ids),
        unassigned=argument.unassigned,
        submitted_from=argument.submitted_from,
        submitted_to=argument.submitted_to,
    )


def _values(values: Sequence[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _row_ids(type_name: Kind, ids: Sequence[strawberry.ID] | None) -> frozenset[int] | None:
    if ids is None:
        return None
    row_ids = frozenset(row_of(type_name, node_id) for node_id in ids)
    if UNKNOWN_ID in row_ids:
        raise bad_user_input(f"Un id du filtre n’est pas de type {type_name}.", f"A filter id is not a {type_name} id.")
    return row_ids


def parse_order(argument: TicketOrder | None) -> Order:
    """The order of a list; without an argument, the newest submission first."""
    return Order() if argument is None else Order(argument.field, argument.direction is OrderDirection.DESC)


async def parse_position(context: Context, after: str | None) -> int:
    """The position that a subscription starts after: that of the cursor `after`; without a cursor, the latest one.

    A later run of the same subscription starts where the run before it ended.

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
        raise _foreign_cursor() from None
    if position > latest:
        raise _foreign_cursor()
    if position < latest - context.settings.journal_retention_events:
        raise cursor_expired()
    return position


def _foreign_cursor() -> CodedError:
    return bad_user_input(
        "`after` n’est pas un curseur de ce bureau : relisez la liste et repartez de son liveCursor.",
        "`after` is not a cursor of this desk: read the list again and start from its liveCursor.",
    )


def cursor_expired() -> CodedError:
    """Too much has changed since the cursor, or the viewer's rights have: the client has to read the list again."""
    text = Text(
        "Ce curseur est trop ancien, ou vos profils ont changé depuis : relisez la liste et repartez de son "
        "liveCursor.",
        "This cursor is too old, or your profiles have changed since: read the list again and start from its "
        "liveCursor.",
    )
    return CodedError("CURSOR_EXPIRED", text)
