"""Actions: the only code that changes tickets. Each is done completely or not at all, and is safe under concurrency.

An action returns the position of the activity that it recorded, or raises Refusal. Mutations, the scanner, the command
line and the demo call actions; actions never call each other. Their writes are SQL, not Tortoise models: a batch of
statements is one trip to the database, and models would make one trip for each row.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from models import access, idempotency
from models.attachments.tables import ScanState
from models.attachments.uploads import StoredFile
from models.attachments.validation import check_files, check_ticket_limits
from models.commands import Command, Submission
from models.database import Row, Statement, Transaction, execute_batch, fetch, shielded
from models.directory.routing import route
from models.i18n import messages
from models.idempotency import keyed_request
from models.journal import NEXT_POSITION, ConcurrentUpdate, now, record, reserve
from models.refusals import FieldRefusal, Refusal
from models.search import index
from models.services import Services
from models.tickets import counters
from models.tickets.history import History
from models.tickets.loading import load_for_action, load_ticket
from models.tickets.writes import (
    INSERT_ACTIVITY,
    INSERT_TICKET,
    UPDATE_TICKET,
    NewTicket,
    activity_inserts,
    activity_values,
    added_words,
    ticket_number,
    ticket_values,
    update_values,
)
from models.validation import check_key, check_line, check_text
from models.workflow import (
    TRANSITIONS,
    ActivityKind,
    NextAssignee,
    RefusalCode,
    TicketAction,
    TicketStatus,
    next_state,
    submitted,
)


async def assign_ticket_to_me(services: Services, command: Command) -> int:
    """« M’affecter le ticket »."""
    return await _act(services, command, TicketAction.ASSIGN_TO_ME)


async def assign_ticket(services: Services, command: Command) -> int:
    """« Affecter »: assign the ticket to an agent of its recipient, for absences."""
    return await _act(services, command, TicketAction.ASSIGN)


async def propose_solution(services: Services, command: Command) -> int:
    """« Proposer une solution »."""
    return await _act(services, command, TicketAction.PROPOSE_SOLUTION)


async def request_information(services: Services, command: Command) -> int:
    """« Demander des informations »."""
    return await _act(services, command, TicketAction.REQUEST_INFORMATION)


async def transfer_to_support(services: Services, command: Command) -> int:
    """« Transférer au support »."""
    return await _act(services, command, TicketAction.TRANSFER_TO_SUPPORT)


async def provide_information(services: Services, command: Command) -> int:
    """« Compléter »: the requester answers a request for information."""
    return await _act(services, command, TicketAction.PROVIDE_INFORMATION)


async def accept_solution(services: Services, command: Command) -> int:
    """« Accepter la solution »."""
    return await _act(services, command, TicketAction.ACCEPT_SOLUTION)


async def refuse_solution(services: Services, command: Command) -> int:
    """« Refuser la solution »."""
    return await _act(services, command, TicketAction.REFUSE_SOLUTION)


async def close_ticket(services: Services, command: Command) -> int:
    """« Fermer le ticket »."""
    return await _act(services, command, TicketAction.CLOSE)


async def submit_ticket(services: Services, submission: Submission) -> int:
    """« Saisir un ticket »: category and subcategory decide whether it goes to a business service or to the support."""
    given, settings = submission, services.settings
    if invalid_key := check_key(given.idempotency_key, settings):
        raise Refusal(RefusalCode.INVALID_INPUT, *invalid_key)
    invalid = [
        *check_line("shortDescription", given.short_description, settings.short_description_max_characters),
        *check_text("description", given.description, settings.ticket_message_max_characters),
    ]
    checked = await check_files(given.files, settings)
    values = [
        "SUBMIT", given.category_id, given.subcategory_id, given.object_type, given.short_description,
        given.description, given.issuer_structure_id, given.recipient_structure_id, given.recipient_service_id,
        checked.rejected,
    ]  # fmt: skip
    # Files of invalid input are not stored: such a request can't have been done before, either.
    files = [] if invalid else checked.files
    request = await keyed_request(given.user_id, given.idempotency_key, values, files)

    async def apply(tx: Transaction, stored: Sequence[StoredFile]) -> int:
        await idempotency.replay(tx, request)
        routed = await route(
            tx, given.category_id, given.subcategory_id, given.issuer_structure_id, given.recipient_structure_id,
            given.recipient_service_id,
        )  # fmt: skip
        if isinstance(routed, list):
            raise Refusal(RefusalCode.INVALID_INPUT, *invalid, *routed)
        if invalid:
            raise Refusal(RefusalCode.INVALID_INPUT, *invalid)
        if given.issuer_structure_id not in (await access.rights_of(given.user_id, tx)).sent:
            raise Refusal(RefusalCode.FORBIDDEN, message=messages.ISSUER_FORBIDDEN)
        if checked.refusals:
            raise Refusal(RefusalCode.ATTACHMENT_REJECTED, *checked.refusals)

        sql = "SELECT s.name, u.display_name, u.email FROM structures s, users u WHERE s.id = ? AND u.id = ?"
        ((issuer, name, email),) = await fetch(sql, [given.issuer_structure_id, given.user_id], tx)
        ticket = NewTicket(
            given.short_description.strip(), given.description.strip(), given.category_id, given.subcategory_id,
            routed.labels, given.object_type, given.issuer_structure_id, issuer, name, email,
        )  # fmt: skip
        state = submitted(routed.structure_id, routed.service_id)
        at = now() if given.at is None else given.at
        position, ticket_id = await reserve(tx, positions=1, tickets=1)
        text = " ".join(ticket.words(ticket_number(ticket_id)))
        text += added_words(None, stored, len(text))
        activity = activity_values(
            position, ticket_id, ActivityKind.SUBMITTED, None, state, actor_id=given.user_id, message=None, at=at,
            words_from=0, words_to=len(text),
        )  # fmt: skip
        scope = index.scope_tokens(state.recipient_structure_id, state.recipient_service_id, ticket.issuer_structure_id)
        await execute_batch(
            tx,
            *counters.statements(counters.changes(None, state, ticket.issuer_structure_id)),
            (INSERT_TICKET, ticket_values(ticket_id, ticket, state, at, len(text))),
            index.inserted(ticket_id, text, scope),
            *activity_inserts(activity, ticket_id, position, stored, settings),
            *idempotency.remember(request, position),
        )
        return position

    return await shielded(idempotency.run_once(services, request, files, apply))


async def _act(services: Services, command: Command, action: TicketAction) -> int:
    """Perform an action of TRANSITIONS: check the input; in one transaction load, ask `next_state`, write."""
    rule, settings, ticket_id = TRANSITIONS[action], services.settings, command.ticket_id
    message = (command.message or "") if rule.message else None
    chosen_id = command.assignee_id if rule.assignee is NextAssignee.CHOSEN else None
    invalid = check_key(command.idempotency_key, settings)
    if message is not None:
        invalid += check_text("message", message, settings.ticket_message_max_characters)
    if rule.assignee is NextAssignee.CHOSEN and not chosen_id:
        invalid.append(FieldRefusal("assigneeId", messages.NOT_ASSIGNABLE))
    if invalid:
        raise Refusal(RefusalCode.INVALID_INPUT, *invalid, ticket_id=ticket_id)
    checked = await check_files(command.files, settings)
    values = [action, ticket_id, command.version, message, chosen_id, checked.rejected]
    request = await keyed_request(command.user_id, command.idempotency_key, values, checked.files, ticket_id)

    async def apply(tx: Transaction, stored: Sequence[StoredFile]) -> int:
        await idempotency.replay(tx, request)
        ticket, actor = await load_for_action(tx, ticket_id, command.user_id, chosen_id)
        after = next_state(
            ticket.state, action, actor, support_id=ticket.support_id, chosen_id=chosen_id,
            expected_version=command.version,
        )  # fmt: skip
        if isinstance(after, RefusalCode):
            raise Refusal(after, ticket_id=ticket_id)
        if rejected := checked.refusals or await check_ticket_limits(tx, ticket_id, stored, settings):
            raise Refusal(RefusalCode.ATTACHMENT_REJECTED, *rejected, ticket_id=ticket_id)

        at = max(now() if command.at is None else command.at, ticket.updated_at)
        text = message.strip() if message is not None else None
        words = added_words(text, stored, ticket.words_length)
        words_to = ticket.words_length + len(words)
        changes: list[Statement] = [(UPDATE_TICKET, update_values(ticket_id, after, at, words_to))]
        if words:
            changes.append(index.appended(ticket_id, words))
        if rule.to_support:
            changes.append(index.rescoped(ticket_id, index.scope_tokens(ticket.support_id, None, ticket.issuer_id)))
        counts = counters.statements(counters.changes(ticket.state, after, ticket.issuer_id))
        done = await execute_batch(tx, *changes, NEXT_POSITION, *counts)
        if not done[0][0]:
            raise ConcurrentUpdate
        position: int = done[len(changes)][1][0][0]
        activity = activity_values(
            position, ticket_id, rule.activity, ticket.state, after, actor_id=command.user_id, message=text, at=at,
            words_from=ticket.words_length, words_to=words_to,
        )  # fmt: skip
        inserts = activity_inserts(activity, ticket_id, position, stored, settings)
        await execute_batch(tx, *inserts, *idempotency.remember(request, position))
        return position

    return await shielded(idempotency.run_once(services, request, checked.files, apply))


async def record_scan_result(services: Services, ticket_id: int, viruses: Mapping[int, str | None]) -> int:
    """Record the virus scan of a ticket's pending files: by attachment id, the virus found or None.

    Returns 0 without an activity if another process recorded it, or if the ticket is closed: a closed ticket never
    changes, only its attachments' scan states do.
    """

    async def apply(tx: Transaction) -> int:
        sql = "UPDATE attachments SET scan_state = ? WHERE id = ? AND scan_state = 'PENDING' RETURNING id, filename"
        scanned: list[Row] = []
        for file_id, virus in viruses.items():
            scanned += await fetch(sql, [ScanState.CLEAN if virus is None else ScanState.REJECTED, file_id], tx)
        if not scanned:
            return 0
        ticket = await load_ticket(tx, ticket_id)
        if ticket.state.status is TicketStatus.CLOSED:
            return 0
        after = replace(ticket.state, version=ticket.state.version + 1)
        at, words = max(now(), ticket.updated_at), ticket.words_length
        if not (await tx.execute_query(UPDATE_TICKET, update_values(ticket_id, after, at, words)))[0]:
            raise ConcurrentUpdate
        found = [f"{filename} : {viruses[file_id]}" for file_id, filename in scanned if viruses[file_id] is not None]
        kind = ActivityKind.ATTACHMENTS_REJECTED if found else ActivityKind.ATTACHMENTS_CLEARED
        position: int = (await fetch(*NEXT_POSITION, tx))[0][0]
        activity = activity_values(
            position, ticket_id, kind, ticket.state, after, actor_id=None, message="\n".join(found) or None, at=at,
            words_from=words, words_to=words,
        )  # fmt: skip
        await tx.execute_query(INSERT_ACTIVITY, activity)
        return position

    return await record(apply, services.broker)


async def record_history(services: Services, histories: Sequence[History]) -> int:
    """Record generated tickets, each as its last activity left it, with all their activities, in one transaction."""

    async def apply(tx: Transaction) -> int:
        count = sum(len(history.steps) for history in histories)
        position, ticket_id = await reserve(tx, positions=count, tickets=len(histories))
        position, ticket_id = position - count, ticket_id - len(histories)
        rows = []
        counts: Counter[counters.Key] = Counter()
        for history in histories:
            ticket_id += 1
            rows.append(history.rows(ticket_id, position))
            position += len(history.steps)
            counts.update(counters.changes(None, history.state, history.ticket.issuer_structure_id))
        await tx.execute_many(INSERT_TICKET, [row.ticket for row in rows])
        await tx.execute_many(index.INSERT, [row.search for row in rows])
        await tx.execute_many(INSERT_ACTIVITY, [activity for row in rows for activity in row.activities])
        await execute_batch(tx, *counters.statements(counts))
        return position

    return await record(apply, services.broker)
