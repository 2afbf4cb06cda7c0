"""Perform one action on a ticket: take, assign, propose, ask, transfer, answer, accept, refuse, close, submit."""

import asyncio
import mimetypes
import sys
import uuid
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import desk
from api import (
    AssignTicketInput,
    Desk,
    Done,
    FindTicketTicket,
    MessageInput,
    ObjectType,
    Profile,
    Refused,
    State,
    SubmitTicketInput,
    TicketInput,
    Upload,
)
from gql import Client
from gql.transport.exceptions import TransportError
from pick import NotFound, pick_one


class Action(NamedTuple):
    """A subcommand: its operation and the operation's input, its help, its positional arguments, its options."""

    operation: Callable[..., Any]
    input: Callable[..., TicketInput | MessageInput | AssignTicketInput | SubmitTicketInput]
    help: str
    words: tuple[str, ...] = ("number",)
    options: tuple[tuple[str, dict[str, Any]], ...] = ()


ATTACH = ("--attach", {"action": "append", "default": [], "metavar": "FILE", "help": "une pièce jointe"})
ADDRESS = (
    ("--recipient", {"metavar": "NAME", "help": "la structure destinataire, par des mots de son nom"}),
    ("--service", {"metavar": "CODE", "help": "son service destinataire"}),
    ("--object", {"choices": [one.value for one in ObjectType], "default": "OTHER"}),
)
MESSAGE = ("number", "message")
SUBMISSION = ("category", "subcategory", "short_description", "description")
ACTIONS = {
    "take": Action(Desk.assign_ticket_to_me, TicketInput, "s’affecter le ticket"),
    "assign": Action(
        Desk.assign_ticket, AssignTicketInput, "affecter le ticket à une personne, par son nom", ("number", "assignee")
    ),
    "propose": Action(Desk.propose_solution, MessageInput, "proposer une solution", MESSAGE, (ATTACH,)),
    "ask": Action(Desk.request_information, MessageInput, "demander des informations", MESSAGE, (ATTACH,)),
    "transfer": Action(Desk.transfer_to_support, MessageInput, "transférer au support, en disant pourquoi", MESSAGE),
    "answer": Action(
        Desk.provide_information, MessageInput, "répondre à une demande d’informations", MESSAGE, (ATTACH,)
    ),
    "accept": Action(Desk.accept_solution, TicketInput, "accepter la solution"),
    "refuse": Action(Desk.refuse_solution, MessageInput, "refuser la solution, en disant pourquoi", MESSAGE),
    "close": Action(Desk.close_ticket, TicketInput, "fermer le ticket"),
    "submit": Action(Desk.submit_ticket, SubmitTicketInput, "saisir un ticket", SUBMISSION, (*ADDRESS, ATTACH)),
}


async def act(api: Desk, given: Namespace) -> Done | Refused:
    """Send the action and return its result. Errors: NotFound where a ticket, person or structure is not found."""
    # All attempts carry the same key, so the server acts once.
    fields: dict[str, Any] = {"idempotency_key": str(uuid.uuid4())}
    fields |= {name: getattr(given, name) for name in ("message", *SUBMISSION[2:]) if name in given}
    fields |= await (submit_input(api, given) if given.action == "submit" else ticket_input(api, given))
    action = ACTIONS[given.action]
    with ExitStack() as files:
        if getattr(given, "attach", []):
            fields["attachments"] = [upload(name, files) for name in given.attach]
        answer = await desk.answer(lambda: action.operation(api, action.input(**fields)))
    result: Done | Refused = answer.result
    return result


def upload(name: str, files: ExitStack) -> Upload:
    """A file as the generated client takes it; `files` closes it."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Upload(Path(name).name, files.enter_context(Path(name).open("rb")), kind)


async def ticket_input(api: Desk, given: Namespace) -> dict[str, Any]:
    """The input that names the ticket at its present version, and the assignee where one is given."""
    ticket = await find(api, given.number)
    fields = {"ticket_id": ticket.id, "version": ticket.version}
    if "assignee" in given:
        fields["assignee_id"] = pick_one(given.assignee, ticket.assignable_agents, lambda one: one.display_name).id
    return fields


async def find(api: Desk, number: str) -> FindTicketTicket:
    """Read the ticket of that number. Errors: NotFound."""
    ticket = (await desk.answer(lambda: api.find_ticket(number))).ticket
    if ticket is None:
        raise NotFound(f"Aucun ticket {number} n’est visible pour vous.")
    return ticket


async def submit_input(api: Desk, given: Namespace) -> dict[str, Any]:
    """The input of a new ticket; its issuer is the first structure that the viewer may submit tickets for."""
    known = await desk.answer(lambda: api.prepare_submission(given.recipient))
    held = known.viewer.entitlements
    issuers = [one.structure.id for one in held if one.profile is Profile.SENT_TICKETS]
    if not issuers:
        raise NotFound("Votre profil ne permet pas de saisir un ticket.")
    category = pick_one(given.category, known.categories, lambda one: one.code)
    subcategory = pick_one(given.subcategory, category.subcategories, lambda one: one.code)
    fields = {"issuer_structure_id": issuers[0], "object_type": ObjectType(given.object)}
    fields |= {"category_id": category.id, "subcategory_id": subcategory.id}
    if given.recipient:
        structure = pick_one(given.recipient, known.structures, lambda one: one.name)
        fields["recipient_structure_id"] = structure.id
        if given.service:
            fields["recipient_service_id"] = pick_one(given.service, structure.services, lambda one: one.code).id
    return fields


def describe(ticket: State) -> str:
    """Status and assignee of a ticket, for people."""
    assignee = ticket.assignee
    return f"{ticket.status_label}, " + (f"affecté à {assignee.display_name}" if assignee else "non affecté")


async def main(given: Namespace) -> str | None:
    """Act and print what was done; return why it was refused or failed."""
    try:
        async with Client(transport=desk.http(given.url, given.token)) as session:
            result = await act(Desk(session), given)
    except (TransportError, NotFound, OSError) as error:
        return desk.TOKEN_REFUSED if desk.is_token_refused(error) else desk.text(error)
    if isinstance(result, Done):
        print(f"{result.activity.label} : {result.ticket.number}, {describe(result.ticket)}")
        return None
    fields = [f"  {field.name} : {field.message}" for field in result.fields]
    current = [f"  À présent : {describe(result.current_ticket)}"] if result.current_ticket else []
    return "\n".join([f"Refusé : {result.message}", *fields, *current])


if __name__ == "__main__":
    parser = desk.arguments("Agit sur un ticket.")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, action in ACTIONS.items():
        options = actions.add_parser(name, help=action.help)
        for word in action.words:
            options.add_argument(word)
        for flag, how in action.options:
            options.add_argument(flag, **how)
    sys.exit(asyncio.run(main(parser.parse_args())))
