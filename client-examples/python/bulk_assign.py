"""Assign all unassigned tickets to process, to yourself or to the person named."""

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from uuid import uuid4

import desk
from act import describe, find
from api import AssignTicketInput, Desk, Done, RefusalCode, Refused, TicketInput
from api.read_unassigned import ReadUnassignedTicketsNodes as Unassigned
from gql import Client
from gql.transport.exceptions import TransportError
from pick import NotFound, pick_one
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

AT_A_TIME = 8
TAKEN = {RefusalCode.ALREADY_ASSIGNED, RefusalCode.ASSIGNED_TO_SOMEONE_ELSE, RefusalCode.VERSION_CONFLICT}
"""Another person took the ticket first: there is nothing left to do."""
LABELS = {"done": "affectés", "taken": "déjà pris", "refused": "refusés"}
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


async def unassigned(api: Desk, search: str | None) -> list[Unassigned]:
    """All unassigned tickets to process. All pages are read first: assigning would move the pages that follow."""
    found: list[Unassigned] = []
    after, more = None, True
    while more:
        page = (await desk.answer(lambda place=after: api.read_unassigned(search, place))).tickets  # type: ignore[misc]
        found += page.nodes
        more, after = page.page_info.has_next_page, page.page_info.end_cursor
    return found


async def assign(api: Desk, ticket: Unassigned, person: str | None) -> Done | Refused:
    """Assign one ticket at the version that was read. Errors: NotFound where the person is not assignable."""
    key = str(uuid4())  # the same for all attempts, so the server acts once
    if person is None:
        mine = TicketInput(ticket_id=ticket.id, version=ticket.version, idempotency_key=key)
        return given((await desk.answer(lambda: api.assign_ticket_to_me(mine))).result)
    agents = (await find(api, ticket.number)).assignable_agents
    assignee = pick_one(person, agents, lambda one: one.display_name).id
    theirs = AssignTicketInput(ticket_id=ticket.id, version=ticket.version, assignee_id=assignee, idempotency_key=key)
    return given((await desk.answer(lambda: api.assign_ticket(theirs))).result)


def given(result: Done | Refused | None) -> Done | Refused:
    """The result of an action, which is null only beside an error, and the client raises that."""
    if result is None:
        raise RuntimeError("the answer has neither a result nor an error")
    return result


class BulkAssign:
    """Assigns tickets and counts the outcomes."""

    def __init__(self, api: Desk, person: str | None, progress: Progress) -> None:
        self.api, self.person, self.progress = api, person, progress
        self.outcomes: Counter[str] = Counter()

    async def run(self, search: str | None) -> None:
        """Assign all, a few at a time; a refusal is printed and does not stop the rest."""
        left = await unassigned(self.api, search)
        bar = self.progress.add_task("Affectation", total=len(left))

        async def work() -> None:
            while left:
                ticket = left.pop()
                self.outcomes[await self.one(ticket)] += 1
                self.progress.advance(bar)

        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_A_TIME):
                workers.create_task(work())

    async def one(self, ticket: Unassigned) -> str:
        """Assign one ticket and return the outcome: done, taken by another before, or refused."""
        try:
            result = await assign(self.api, ticket, self.person)
        except NotFound as error:
            return self.report("refused", ticket, str(error))
        if isinstance(result, Done):
            return "done"
        why = result.message + (f" (à présent : {describe(result.current_ticket)})" if result.current_ticket else "")
        return self.report("taken" if result.code in TAKEN else "refused", ticket, why)

    def report(self, outcome: str, ticket: Unassigned, why: str) -> str:
        """Print a refusal above the bar."""
        self.progress.console.print(f"{ticket.number} : {why}", markup=False, highlight=False, soft_wrap=True)
        return outcome


async def main(given: Namespace) -> str | None:
    """Assign all and print how many; return why some are left, if any."""
    failed = None
    with Progress(*COLUMNS, console=Console(stderr=True)) as progress:
        try:
            async with Client(transport=desk.http(given.url, given.token)) as session:
                bulk = BulkAssign(Desk(session), given.to, progress)
                await bulk.run(given.search)
        except* (TransportError, OSError) as errors:
            failed = first(errors)
    if failed:
        return desk.TOKEN_REFUSED if desk.is_token_refused(failed) else desk.text(failed)
    print(", ".join(f"{bulk.outcomes[outcome]} {label}" for outcome, label in LABELS.items()))
    return "Il reste des tickets sans personne." if bulk.outcomes["refused"] else None


def first(errors: BaseExceptionGroup[Exception]) -> Exception:
    """The first of the errors that several workers met at the same time."""
    error = errors.exceptions[0]
    return first(error) if isinstance(error, BaseExceptionGroup) else error


if __name__ == "__main__":
    parser = desk.arguments("Affecte les tickets à traiter que personne n’a, à vous ou à une personne.")
    parser.add_argument("--search", metavar="WORDS", help="ceux-là seulement qui ont ces mots, tous")
    parser.add_argument("--to", metavar="NAME", help="à qui, par des mots de son nom ; sinon à vous")
    sys.exit(asyncio.run(main(parser.parse_args())))
