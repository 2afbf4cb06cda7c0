"""Do one thing to a ticket: take it, assign it, answer it, ask, transfer it, accept or refuse, close, submit one."""

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
from pick import NotThere, the


class Verb(NamedTuple):
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
SAYING = ("number", "message")
SUBMISSION = ("category", "subcategory", "short_description", "description")
VERBS = {
    "take": Verb(Desk.assign_ticket_to_me, TicketInput, "s’affecter le ticket"),
    "assign": Verb(
        Desk.assign_ticket, AssignTicketInput, "affecter le ticket à une personne, par son nom", ("number", "assignee")
    ),
    "propose": Verb(Desk.propose_solution, MessageInput, "proposer une solution", SAYING, (ATTACH,)),
    "ask": Verb(Desk.request_information, MessageInput, "demander des informations", SAYING, (ATTACH,)),
    "transfer": Verb(Desk.transfer_to_support, MessageInput, "transférer au support, en disant pourquoi", SAYING),
    "answer": Verb(Desk.provide_information, MessageInput, "répondre à une demande d’informations", SAYING, (ATTACH,)),
    "accept": Verb(Desk.accept_solution, TicketInput, "accepter la solution"),
    "refuse": Verb(Desk.refuse_solution, MessageInput, "refuser la solution, en disant pourquoi", SAYING),
    "close": Verb(Desk.close_ticket, TicketInput, "fermer le ticket"),
    "submit": Verb(Desk.submit_ticket, SubmitTicketInput, "saisir un ticket", SUBMISSION, (*ADDRESS, ATTACH)),
}


async def act(api: Desk, given: Namespace) -> Done | Refused:
    """The action's result. Errors: NotThere for what is not there to act upon."""
    # One key for all attempts: whichever of them arrived, the server acts once.
    asked: dict[str, Any] = {"idempotency_key": str(uuid.uuid4())}
    asked |= {name: getattr(given, name) for name in ("message", *SUBMISSION[2:]) if name in given}
    asked |= await (submission(api, given) if given.verb == "submit" else target(api, given))
    verb = VERBS[given.verb]
    with ExitStack() as files:
        if getattr(given, "attach", []):
            asked["attachments"] = [upload(name, files) for name in given.attach]
        answer = await desk.answer(lambda: verb.operation(api, verb.input(**asked)))
    result: Done | Refused = answer.result
    return result


def upload(name: str, files: ExitStack) -> Upload:
    """A file as the generated client takes it, open until the block ends."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Upload(Path(name).name, files.enter_context(Path(name).open("rb")), kind)


async def target(api: Desk, given: Namespace) -> dict[str, Any]:
    """The ticket as it is now, and whom it is for."""
    ticket = await find(api, given.number)
    asked = {"ticket_id": ticket.id, "version": ticket.version}
    if "assignee" in given:
        asked["assignee_id"] = the(given.assignee, ticket.assignable_agents, lambda one: one.display_name).id
    return asked


async def find(api: Desk, number: str) -> FindTicketTicket:
    """The ticket of that number. Errors: NotThere."""
    ticket = (await desk.answer(lambda: api.find_ticket(number))).ticket
    if ticket is None:
        raise NotThere(f"Aucun ticket {number} n’est visible pour vous.")
    return ticket


async def submission(api: Desk, given: Namespace) -> dict[str, Any]:
    """Where the new ticket goes, and on whose behalf: the first structure that the viewer may write for."""
    known = await desk.answer(lambda: api.prepare_submission(given.recipient))
    held = known.viewer.entitlements
    issuers = [one.structure.id for one in held if one.profile is Profile.SENT_TICKETS]
    if not issuers:
        raise NotThere("Votre profil ne permet pas de saisir un ticket.")
    category = the(given.category, known.categories, lambda one: one.code)
    subcategory = the(given.subcategory, category.subcategories, lambda one: one.code)
    asked = {"issuer_structure_id": issuers[0], "object_type": ObjectType(given.object)}
    asked |= {"category_id": category.id, "subcategory_id": subcategory.id}
    if given.recipient:
        structure = the(given.recipient, known.structures, lambda one: one.name)
        asked["recipient_structure_id"] = structure.id
        if given.service:
            asked["recipient_service_id"] = the(given.service, structure.services, lambda one: one.code).id
    return asked


def told(ticket: State) -> str:
    """Where a ticket stands."""
    assignee = ticket.assignee
    return f"{ticket.status_label}, " + (f"affecté à {assignee.display_name}" if assignee else "non affecté")


async def main(given: Namespace) -> str | None:
    """Act and print what was done; or why it was not."""
    try:
        async with Client(transport=desk.http(given.url, given.token)) as session:
            result = await act(Desk(session), given)
    except (TransportError, NotThere, OSError) as error:
        return desk.TOKEN_REFUSED if desk.is_token_refused(error) else desk.text(error)
    if isinstance(result, Done):
        print(f"{result.activity.label} : {result.ticket.number}, {told(result.ticket)}")
        return None
    fields = [f"  {field.name} : {field.message}" for field in result.fields]
    current = [f"  À présent : {told(result.current_ticket)}"] if result.current_ticket else []
    return "\n".join([f"Refusé : {result.message}", *fields, *current])


if __name__ == "__main__":
    parser = desk.arguments("Agit sur un ticket.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, verb in VERBS.items():
        options = verbs.add_parser(name, help=verb.help)
        for word in verb.words:
            options.add_argument(word)
        for flag, how in verb.options:
            options.add_argument(flag, **how)
    sys.exit(asyncio.run(main(parser.parse_args())))
