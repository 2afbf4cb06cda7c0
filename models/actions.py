"""The verbs: the only code that changes a ticket. Each is whole or not at all, and safe to run beside itself.

A verb answers the position of the activity that it recorded, or raises Refused. Mutations, the command line and the
demo all call these. A verb never calls a verb.
"""

from collections.abc import Sequence

from models import access
from models.attachments.uploads import Stored, Upload
from models.database import Statement, Transaction, execute_batch, fetch, shielded
from models.directory.routing import route
from models.directory.tables import SUPPORT_ID
from models.i18n import messages
from models.idempotency import Call, Services, once
from models.journal import NEXT_POSITION, ConcurrentUpdate, now
from models.refusals import FieldRefusal, Refusal
from models.search import index
from models.settings import StorageSettings
from models.tickets import counters
from models.tickets.tables import ObjectType, ScanState
from models.tickets.writes import (
    INSERT_ACTIVITY,
    INSERT_ATTACHMENT,
    INSERT_TICKET,
    UPDATE_TICKET,
    Submission,
    activity_values,
    added_words,
    attachment_values,
    ticket_number,
    ticket_values,
    update_values,
)
from models.validation import check_key, check_text, examine
from models.workflow import (
    TRANSITIONS,
    ActivityKind,
    RefusalCode,
    State,
    StateReason,
    TicketAction,
    TicketStatus,
    next_state,
    submitted,
)


async def assign_ticket_to_me(services: Services, call: Call, ticket_id: int, *, version: int | None = None) -> int:
    """« M'affecter le ticket »."""
    return await _act(services, call, TicketAction.ASSIGN_TO_ME, ticket_id, version)


async def assign_ticket(
    services: Services, call: Call, ticket_id: int, assignee_id: int, *, version: int | None = None
) -> int:
    """Give the ticket to an agent of its recipient, for absences."""
    return await _act(services, call, TicketAction.ASSIGN, ticket_id, version, named_id=assignee_id)


async def propose_solution(
    services: Services,
    call: Call,
    ticket_id: int,
    message: str,
    *,
    files: Sequence[Upload] = (),
    version: int | None = None,
) -> int:
    """« Proposer une solution »."""
    return await _act(services, call, TicketAction.PROPOSE_SOLUTION, ticket_id, version, message, files)


async def request_information(
    services: Services,
    call: Call,
    ticket_id: int,
    message: str,
    *,
    files: Sequence[Upload] = (),
    version: int | None = None,
) -> int:
    """« Demander des informations »."""
    return await _act(services, call, TicketAction.REQUEST_INFORMATION, ticket_id, version, message, files)


async def transfer_to_support(
    services: Services,
    call: Call,
    ticket_id: int,
    message: str,
    *,
    files: Sequence[Upload] = (),
    version: int | None = None,
) -> int:
    """« Transférer au support »."""
    return await _act(services, call, TicketAction.TRANSFER_TO_SUPPORT, ticket_id, version, message, files)


async def provide_information(
    services: Services,
    call: Call,
    ticket_id: int,
    message: str,
    *,
    files: Sequence[Upload] = (),
    version: int | None = None,
) -> int:
    """« Compléter »: the requester answers a request for information."""
    return await _act(services, call, TicketAction.PROVIDE_INFORMATION, ticket_id, version, message, files)


async def accept_solution(services: Services, call: Call, ticket_id: int, *, version: int | None = None) -> int:
    """« Accepter la solution »."""
    return await _act(services, call, TicketAction.ACCEPT_SOLUTION, ticket_id, version)


async def refuse_solution(
    services: Services,
    call: Call,
    ticket_id: int,
    message: str,
    *,
    files: Sequence[Upload] = (),
    version: int | None = None,
) -> int:
    """« Refuser la solution »."""
    return await _act(services, call, TicketAction.REFUSE_SOLUTION, ticket_id, version, message, files)


async def close_ticket(services: Services, call: Call, ticket_id: int, *, version: int | None = None) -> int:
    """« Fermer le ticket »."""
    return await _act(services, call, TicketAction.CLOSE, ticket_id, version)


async def submit_ticket(
    services: Services,
    call: Call,
    *,
    category_id: int,
    subcategory_id: int,
    object_type: ObjectType,
    short_description: str,
    description: str,
    issuer_structure_id: int,
    recipient_structure_id: int | None = None,
    recipient_service_id: int | None = None,
    files: Sequence[Upload] = (),
) -> int:
    """« Saisir un ticket »: the pair (category, subcategory) decides whether it goes to a business service or to the
    support. An id that is 0 is one that nobody was ever given."""
    asked = [
        category_id, subcategory_id, object_type, short_description, description, issuer_structure_id,
        recipient_structure_id, recipient_service_id,
    ]  # fmt: skip
    settings = services.settings
    if wrong_key := check_key(call.idempotency_key, settings):
        raise Refusal(RefusalCode.INVALID_INPUT, *wrong_key)
    wrong = [
        *check_text("shortDescription", short_description, settings.short_description_max_characters),
        *check_text("description", description, settings.ticket_message_max_characters),
    ]
    examined = await examine(files, settings)

    async def step(connection: Transaction, stored: Sequence[Stored]) -> int:
        routed = await route(
            connection, category_id, subcategory_id, issuer_structure_id, recipient_structure_id, recipient_service_id
        )
        if isinstance(routed, list):
            raise Refusal(RefusalCode.INVALID_INPUT, *wrong, *routed)
        if wrong:
            raise Refusal(RefusalCode.INVALID_INPUT, *wrong)
        if issuer_structure_id not in (await access.rights_of(call.user_id, connection)).sent:
            raise Refusal(RefusalCode.FORBIDDEN, message=messages.ISSUER_FORBIDDEN)
        if examined.rejected:
            raise Refusal(RefusalCode.ATTACHMENT_REJECTED, *examined.rejected)

        names = (
            await fetch(
                "SELECT s.name, u.display_name, u.email FROM structures s, users u WHERE s.id = ? AND u.id = ?",
                [issuer_structure_id, call.user_id],
                connection,
            )
        )[0]
        ticket = Submission(
            short_description.strip(), description.strip(), category_id, subcategory_id, routed.labels, object_type,
            issuer_structure_id, *names,
        )  # fmt: skip
        state = submitted(routed.structure_id, routed.service_id)
        at = now() if call.at is None else call.at
        given = await fetch("UPDATE desk SET position = position + 1, ticket_id = ticket_id + 1 "
                           "RETURNING position, ticket_id", (), connection)  # fmt: skip
        position, ticket_id = given[0]
        text = " ".join(ticket.words(ticket_number(ticket_id)))
        text += added_words(None, stored, len(text))
        activity = activity_values(
            position, ticket_id, ActivityKind.SUBMITTED, None, state, actor_id=call.user_id, message=None, at=at,
            words_from=0, words_to=len(text),
        )  # fmt: skip
        scope = index.scope_words(state.recipient_structure_id, state.recipient_service_id, issuer_structure_id)
        await execute_batch(
            connection,
            *counters.statements(counters.changes(None, state, issuer_structure_id)),
            (INSERT_TICKET, ticket_values(ticket_id, ticket, state, at, len(text))),
            index.inserted(ticket_id, text, scope),
            *_recorded(activity, ticket_id, position, stored, settings),
        )
        return int(position)

    # Only where the input is well formed can it have been done before, so only then is a file worth storing.
    return await shielded(once(services, call, ["SUBMIT", *asked, examined.named],
                                    [] if wrong or examined.rejected else examined.files, step))  # fmt: skip


_TICKET = (
    "SELECT status, state_reason, assignee_id, recipient_structure_id, recipient_service_id, version, "
    f"issuer_structure_id, words_length, updated_at, {SUPPORT_ID} FROM tickets WHERE id = ?"
)


async def _act(
    services: Services,
    call: Call,
    action: TicketAction,
    ticket_id: int,
    version: int | None,
    message: str | None = None,
    files: Sequence[Upload] = (),
    named_id: int | None = None,
) -> int:
    """One action on one ticket: everything that TRANSITIONS rules."""
    rule, settings = TRANSITIONS[action], services.settings
    wrong = check_key(call.idempotency_key, settings)
    if message is not None:
        wrong += check_text("message", message, settings.ticket_message_max_characters)
    if named_id == 0:
        wrong.append(FieldRefusal("assigneeId", messages.NOT_ASSIGNABLE))
    if wrong:
        raise Refusal(RefusalCode.INVALID_INPUT, *wrong, ticket_id=ticket_id)
    examined = await examine(files, settings)

    async def step(connection: Transaction, stored: Sequence[Stored]) -> int:
        people = {call.user_id, named_id or call.user_id}
        (_, held), (_, found) = await execute_batch(connection, access.entitlements(people), (_TICKET, [ticket_id]))
        rights = access.rights_in(held, call.user_id)
        if not found:
            raise Refusal(RefusalCode.NOT_FOUND)
        status, reason, *rest, issuer_id, words_from, updated_at, support_id = found[0]
        before = State(TicketStatus(status), reason and StateReason(reason), *rest)
        place = (before.recipient_structure_id, before.recipient_service_id)
        if not rights.sees(*place, issuer_id):
            raise Refusal(RefusalCode.NOT_FOUND)
        # To the requester's side the recipient's staff is not there to be asked about.
        named = None if named_id is None else access.rights_in(held, named_id)
        if named is not None and rights.received.covers(*place) and not named.edited.covers(*place):
            wrong = FieldRefusal("assigneeId", messages.NOT_ASSIGNABLE)
            raise Refusal(RefusalCode.INVALID_INPUT, wrong, ticket_id=ticket_id)
        after = next_state(
            before, action, rights.acts_as(*place, issuer_id), support_id=support_id, named_id=named_id,
            expected_version=version,
        )  # fmt: skip
        if isinstance(after, RefusalCode):
            raise Refusal(after, ticket_id=ticket_id)
        if rejected := examined.rejected or await _overfull(connection, ticket_id, stored, settings):
            raise Refusal(RefusalCode.ATTACHMENT_REJECTED, *rejected, ticket_id=ticket_id)

        at = max(now() if call.at is None else call.at, updated_at)
        text = message.strip() if message is not None else None
        added = added_words(text, stored, words_from)
        words_to = words_from + len(added)
        changes: list[Statement] = [(UPDATE_TICKET, update_values(ticket_id, after, at, words_to))]
        if added:
            changes.append(index.appended(ticket_id, added))
        if rule.to_support:
            changes.append(index.moved(ticket_id, index.scope_words(support_id, None, issuer_id)))
        done = await execute_batch(
            connection, *changes, NEXT_POSITION, *counters.statements(counters.changes(before, after, issuer_id))
        )
        if not done[0][0]:
            raise ConcurrentUpdate
        position = done[len(changes)][1][0][0]
        activity = activity_values(
            position, ticket_id, rule.activity, before, after, actor_id=call.user_id, message=text, at=at,
            words_from=words_from, words_to=words_to,
        )  # fmt: skip
        await execute_batch(connection, *_recorded(activity, ticket_id, position, stored, settings))
        return int(position)

    asked = [action, ticket_id, version, message, named_id, examined.named]
    new = [] if examined.rejected else examined.files
    return await shielded(once(services, call, asked, new, step, about=ticket_id))


def _recorded(
    activity: list[object], ticket_id: int, position: int, files: Sequence[Stored], settings: StorageSettings
) -> list[Statement]:
    """What records an activity with its files."""
    at_first = ScanState.PENDING if settings.clamd_url else ScanState.NOT_SCANNED
    attachments = attachment_values(ticket_id, position, files, at_first)
    return [(INSERT_ACTIVITY, activity), *((INSERT_ATTACHMENT, one) for one in attachments)]


async def _overfull(
    connection: Transaction, ticket_id: int, files: Sequence[Stored], settings: StorageSettings
) -> list[FieldRefusal]:
    """What is wrong with these files in that the ticket has others already."""
    if not files:
        return []
    sql = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM attachments WHERE ticket_id = ?"
    count, size = (await fetch(sql, [ticket_id], connection))[0]
    if count + len(files) > settings.ticket_attachments_max_count:
        return [
            FieldRefusal("attachments", messages.TICKET_TOO_MANY.with_(maximum=settings.ticket_attachments_max_count))
        ]
    if size + sum(file.size for file in files) > settings.ticket_attachments_max_bytes:
        return [FieldRefusal("attachments", messages.TICKET_TOTAL.with_(maximum=settings.ticket_attachments_max_bytes))]
    return []
