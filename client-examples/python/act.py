"""Do one thing to a ticket: take it, assign it, answer it, ask, transfer it, accept or refuse, close, submit one."""

import asyncio
import sys
import uuid
from argparse import Namespace
from typing import Any, NamedTuple

import desk
from gql import Client
from gql.transport.exceptions import TransportError
from pick import NotThere, the


class Verb(NamedTuple):
    """A subcommand: its operation, its help, its positional arguments, its options."""

    operation: str
    help: str
    words: tuple[str, ...] = ("number",)
    options: tuple[tuple[str, dict[str, Any]], ...] = ()


ATTACH = ("--attach", {"action": "append", "default": [], "metavar": "FILE", "help": "une pièce jointe"})
ADDRESS = (
    ("--recipient", {"metavar": "NAME", "help": "la structure destinataire, par des mots de son nom"}),
    ("--service", {"metavar": "CODE", "help": "son service destinataire"}),
    ("--object", {"choices": ("INVOICE", "JUSTICE_FEES_STATEMENT", "REFUND_CLAIM", "OTHER"), "default": "OTHER"}),
)
SAYING = ("number", "message")
SUBMISSION = ("category", "subcategory", "shortDescription", "description")
VERBS = {
    "take": Verb("AssignTicketToMe", "s’affecter le ticket"),
    "assign": Verb("AssignTicket", "affecter le ticket à une personne, par son nom", ("number", "assignee")),
    "propose": Verb("ProposeSolution", "proposer une solution", SAYING, (ATTACH,)),
    "ask": Verb("RequestInformation", "demander des informations", SAYING, (ATTACH,)),
    "transfer": Verb("TransferToSupport", "transférer au support, en disant pourquoi", SAYING),
    "answer": Verb("ProvideInformation", "répondre à une demande d’informations", SAYING, (ATTACH,)),
    "accept": Verb("AcceptSolution", "accepter la solution"),
    "refuse": Verb("RefuseSolution", "refuser la solution, en disant pourquoi", SAYING),
    "close": Verb("CloseTicket", "fermer le ticket"),
    "submit": Verb("SubmitTicket", "saisir un ticket", SUBMISSION, (*ADDRESS, ATTACH)),
}


async def act(session: Any, given: Namespace) -> Any:
    """The action's result. Errors: NotThere for what is not there to act upon."""
    asked = {name: getattr(given, name) for name in ("message", "shortDescription", "description") if name in given}
    asked |= await (submission(session, given) if given.verb == "submit" else target(session, given))
    # One key for all attempts: whichever of them arrived, the server acts once.
    asked["idempotencyKey"] = str(uuid.uuid4())
    return (await desk.run(session, VERBS[given.verb].operation, getattr(given, "attach", ()), input=asked))["result"]


async def target(session: Any, given: Namespace) -> dict[str, Any]:
    """The ticket as it is now, and whom it is for."""
    ticket = (await desk.run(session, "FindTicket", number=given.number))["ticket"]
    if ticket is None:
        raise NotThere(f"Aucun ticket {given.number} n’est visible pour vous.")
    asked = {"ticketId": ticket["id"], "version": ticket["version"]}
    if "assignee" in given:
        asked["assigneeId"] = the(given.assignee, ticket["assignableAgents"], "displayName")["id"]
    return asked


async def submission(session: Any, given: Namespace) -> dict[str, Any]:
    """Where the new ticket goes, and on whose behalf: the first structure that the viewer may write for."""
    known = await desk.run(session, "PrepareSubmission", recipient=given.recipient)
    held = known["viewer"]["entitlements"]
    issuers = [one["structure"]["id"] for one in held if one["profile"] == "SENT_TICKETS"]
    if not issuers:
        raise NotThere("Votre profil ne permet pas de saisir un ticket.")
    category = the(given.category, known["categories"], "code")
    subcategory = the(given.subcategory, category["subcategories"], "code")
    asked = {"issuerStructureId": issuers[0], "objectType": given.object}
    asked |= {"categoryId": category["id"], "subcategoryId": subcategory["id"]}
    if given.recipient:
        structure = the(given.recipient, known["structures"], "name")
        asked["recipientStructureId"] = structure["id"]
        if given.service:
            asked["recipientServiceId"] = the(given.service, structure["services"], "code")["id"]
    return asked


def told(ticket: dict[str, Any]) -> str:
    """Where a ticket stands."""
    assignee = ticket["assignee"]
    return f"{ticket['statusLabel']}, " + (f"affecté à {assignee['displayName']}" if assignee else "non affecté")


async def main(given: Namespace) -> str | None:
    """Act and print what was done; or why it was not."""
    try:
        async with Client(transport=desk.http(given.url, given.token)) as session:
            result = await act(session, given)
    except (TransportError, NotThere, OSError) as error:
        return desk.TOKEN_REFUSED if desk.is_token_refused(error) else desk.text(error)
    if result["__typename"] == "ActionDone":
        print(f"{result['activity']['label']} : {result['ticket']['number']}, {told(result['ticket'])}")
        return None
    fields = [f"  {field['name']} : {field['message']}" for field in result["fields"]]
    now = [f"  À présent : {told(result['now'])}"] if result["now"] else []
    return "\n".join([f"Refusé : {result['message']}", *fields, *now])


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
