"""Refusals cost the same: about what one may not see the same SQL is run as about what never was, so no clock tells
them apart. The requests are those of the visibility matrix, over HTTP, in this process, where its SQL is logged."""

from typing import Any

import httpx
import pytest

from graph.app import create_app
from graph.auth.demo import DemoIdentity
from graph.node_ids import encode
from graph.settings import Settings
from tests.conftest import Desk
from tests.graph.test_cost import Statements, statements
from tests.graph.visibility import GHOST, GIVEN, MUTATIONS, SCHEMA, Secret, document, probes
from tests.models import id_of, submit, ticket_at, told, upload

__all__ = ["statements"]  # the fixture

BLIND = {"open": ("other-agent", "support", "other-requester"), "transferred": ("agent-1", "reader", "other-agent")}
"""By stage of a ticket of `requester` to the town: who may not see it."""


async def secret_at(desk: Desk, stage: str) -> Secret:
    """A ticket with a file, and what one could ask about it by."""
    ticket_id = await ticket_at(desk, stage, short_description=f"zq{stage}", files=[upload("a.txt", b"Oui.")])
    ((number, version),) = await told("SELECT number, version FROM tickets WHERE id = ?", ticket_id)
    activities = [row[0] for row in await told("SELECT position FROM activities WHERE ticket_id = ?", ticket_id)]
    files = [row[0] for row in await told("SELECT id FROM attachments WHERE ticket_id = ?", ticket_id)]
    return Secret(
        stage, f"zq{stage}", encode("Ticket", ticket_id), number, [encode("Activity", n) for n in activities],
        [encode("Attachment", n) for n in files], {"statuses": ["OPEN"], "unassigned": True}, "", version=version,
    )  # fmt: skip


async def requests_about(secret: Secret, assignee: str) -> list[tuple[str, dict[str, Any] | None]]:
    """Everything that one can ask about a ticket: a path to get, or a body to post to /graphql."""
    asked: list[tuple[str, dict[str, Any] | None]] = [
        (name, {"query": document("query", name), "variables": way})
        for name, ways in probes(secret, secret).items()
        for way in ways
    ]
    assert SCHEMA.mutation_type
    for verb in MUTATIONS:
        kind = str(SCHEMA.mutation_type.fields[verb].args["input"].type).rstrip("!")
        everywhere = {"ticketId": secret.ticket, "message": "Oui.", "assigneeId": assignee}
        for version in (None, 999_999):
            given = {name: value for name, value in {**everywhere, "version": version}.items() if name in GIVEN[kind]}
            asked.append((verb, {"query": document("mutation", verb), "variables": {"input": given}}))
    asked.append((f"/attachments/{secret.attachments[0]}", None))
    return asked


@pytest.mark.parametrize("stage", BLIND)
async def test_what_one_may_not_see_costs_what_never_was_costs(desk: Desk, statements: Statements, stage: str) -> None:
    await submit(desk)
    secret = await secret_at(desk, stage)
    ghost = Secret("", GHOST.word, GHOST.ticket, GHOST.number, GHOST.activities, GHOST.attachments, secret.filter, "")
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
    for login in BLIND[stage]:
        asked = zip(await requests_about(secret, assignee), await requests_about(ghost, assignee), strict=True)
        for (path, body), (ghostly_path, ghostly_body) in asked:
            # Once before, so that both find what the process remembers of the document and of the people.
            await run(login, ghostly_path, ghostly_body)
            got, nothing = await run(login, path, body), await run(login, ghostly_path, ghostly_body)
            assert got[0] == nothing[0], (login, path)
            assert got[1] == nothing[1], (login, path)
            assert got[0], "some SQL is run, and it is seen here"
            compared += len(got[0])
    seen = [await run("requester", path, body) for path, body in await requests_about(secret, assignee)]
    nothing_ = [await run("requester", path, body) for path, body in await requests_about(ghost, assignee)]
    assert sum(len(one[0]) for one in seen) > sum(len(one[0]) for one in nothing_), "who sees it is shown more"
    assert compared > 200
