"""A request about a hidden ticket runs the same SQL as one about a missing ticket, so response times don't differ.

The requests are those of the visibility matrix, over HTTP, in this process, where the SQL is logged."""

from typing import Any

import httpx
import pytest

from graph.app import create_app
from graph.auth.demo import DemoIdentity
from graph.node_ids import encode
from graph.settings import Settings
from tests.conftest import Desk
from tests.graph.test_cost import Statements, statements
from tests.graph.visibility import GIVEN, MISSING, MUTATIONS, SCHEMA, ProbedTicket, document, probes
from tests.models import id_of, select, submit, ticket_at, upload

__all__ = ["statements"]  # the fixture

HIDDEN = {"open": ("other-agent", "support", "other-requester"), "transferred": ("agent-1", "reader", "other-agent")}
"""Logins that may not see a ticket from `requester` to the town, by its stage."""


async def ticket_with_file(desk: Desk, stage: str) -> ProbedTicket:
    """A ticket with a file, and the values that a request could name it by."""
    ticket_id = await ticket_at(desk, stage, short_description=f"zq{stage}", files=[upload("a.txt", b"Oui.")])
    ((number, version),) = await select("SELECT number, version FROM tickets WHERE id = ?", ticket_id)
    activities = [row[0] for row in await select("SELECT position FROM activities WHERE ticket_id = ?", ticket_id)]
    files = [row[0] for row in await select("SELECT id FROM attachments WHERE ticket_id = ?", ticket_id)]
    return ProbedTicket(
        stage, f"zq{stage}", encode("Ticket", ticket_id), number, [encode("Activity", n) for n in activities],
        [encode("Attachment", n) for n in files], {"statuses": ["OPEN"], "unassigned": True}, "", version=version,
    )  # fmt: skip


async def requests_about(probed: ProbedTicket, assignee: str) -> list[tuple[str, dict[str, Any] | None]]:
    """Every request about a ticket: the path of a GET, or a name and the body of a POST to /graphql."""
    requests: list[tuple[str, dict[str, Any] | None]] = [
        (name, {"query": document("query", name), "variables": variables})
        for name, probed_variables in probes(probed, probed).items()
        for variables in probed_variables
    ]
    assert SCHEMA.mutation_type
    for action in MUTATIONS:
        kind = str(SCHEMA.mutation_type.fields[action].args["input"].type).rstrip("!")
        everywhere = {"ticketId": probed.ticket, "message": "Oui.", "assigneeId": assignee}
        for version in (None, 999_999):
            given = {name: value for name, value in {**everywhere, "version": version}.items() if name in GIVEN[kind]}
            requests.append((action, {"query": document("mutation", action), "variables": {"input": given}}))
    requests.append((f"/attachments/{probed.attachments[0]}", None))
    return requests


@pytest.mark.parametrize("stage", HIDDEN)
async def test_hidden_and_missing_tickets_run_the_same_statements(
    desk: Desk, statements: Statements, stage: str
) -> None:
    await submit(desk)
    probed = await ticket_with_file(desk, stage)
    missing = ProbedTicket(
        "", MISSING.word, MISSING.ticket, MISSING.number, MISSING.activities, MISSING.attachments, probed.filter, ""
    )
    settings = Settings(
        data_dir=desk.services.settings.data_dir, database_url=desk.services.settings.database_url, demo=True
    )
    identity = DemoIdentity(settings.data_dir)
    transport = httpx.ASGITransport(create_app(settings, identity))
    assignee = encode("User", await id_of("users", "login", "agent-2"))

    async def run(login: str, path: str, body: dict[str, Any] | None) -> tuple[list[str], int, bytes]:
        headers = {"Authorization": f"Bearer {identity.token(login, 600)}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://saisine", headers=headers) as client:
            statements.seen.clear()
            got = await (client.get(path) if body is None else client.post("/graphql", json=body))
            # The statement without its values, which follow it in the log.
            return [one.split(": ")[0] for one in statements.seen], got.status_code, got.content

    compared = 0
    for login in HIDDEN[stage]:
        pairs = zip(await requests_about(probed, assignee), await requests_about(missing, assignee), strict=True)
        for (path, body), (missing_path, missing_body) in pairs:
            # One request first, so that both compared requests find the same caches.
            await run(login, missing_path, missing_body)
            got, expected = await run(login, path, body), await run(login, missing_path, missing_body)
            assert got[0] == expected[0], (login, path)
            assert got[1] == expected[1], (login, path)
            assert got[0], "SQL runs, and the log shows it"
            compared += len(got[0])
    visible = [await run("requester", path, body) for path, body in await requests_about(probed, assignee)]
    absent = [await run("requester", path, body) for path, body in await requests_about(missing, assignee)]
    assert sum(len(one[0]) for one in visible) > sum(len(one[0]) for one in absent), "a visible ticket runs more"
    assert compared > 200
