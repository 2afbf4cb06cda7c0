"""A desk that moves: a server, and the reference that does the same. Random people submit tickets, act on any ticket,
hidden ones included, and lose and get profiles by `saisine import`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import yaml

from models.demo import world
from tests.graph.reference import (
    AGENT_ACTIONS,
    REQUESTER_ACTIONS,
    SUPPORT,
    Activity,
    ProfileOf,
    Reference,
    Ticket,
)
from tests.live import People
from tests.support.databases import fresh
from tests.support.issuer import Issuer
from tests.support.server import UNLIMITED, Server

TOWN, HOSPITAL = world.TOWN, world.HOSPITAL
ISSUERS = ("00041278300011", "00053391900015", TOWN)
LOGINS = (
    "agent-1", "agent-2", "service-agent", "reader", "other-agent", "francois.oeuvrard", "support", "requester",
    "colleague", "other-requester",
)  # fmt: skip
"""Who acts and asks."""
CATEGORIES = {"INVOICES_PAYMENT": TOWN, "CONTRACTS_ORDER": TOWN, "PORTAL_DISPLAY": SUPPORT}
"""Subcategories of the tickets; those of PORTAL_DISPLAY go to the support."""
PLACES: tuple[tuple[str, str | None], ...] = (
    (TOWN, None), (TOWN, "FINANCES"), (TOWN, "MARCHES"), (TOWN, "RH"), (HOSPITAL, None), (HOSPITAL, "DAF"),
)  # fmt: skip
WORDS = ("kelvinor", "brastique", "mondrule", "vistaplane")
"""Words that no name or label of the desk has."""
OBJECT_TYPES = ("INVOICE", "REFUND_CLAIM", "OTHER")
_WORLD: dict[str, Any] = yaml.safe_load(Path(world.__file__).with_name("world.yaml").read_text("utf-8"))
_WORLD["users"] = [user for user in _WORLD["users"] if user["login"] in LOGINS]
_USERS: dict[str, dict[str, Any]] = {user["login"]: user for user in _WORLD["users"]}
_DIRECTORY = """{ viewer { user { id } entitlements { structure { id name } service { id code } } }
  structures { id name siret services { id code } } categories { id subcategories { id code } } }"""


def reference_of_the_world() -> Reference:
    profiles = {
        login: {ProfileOf(one["profile"], one["structure"], one.get("service")) for one in user["profiles"]}
        for login, user in _USERS.items()
    }
    structures = {
        one["identifier"]: (one["receives"], {each["code"]: each["receives"] for each in one["services"]})
        for one in _WORLD["structures"]
    }
    return Reference(profiles, structures)


class MovingDesk:
    """The server and the reference. What it knows by name, `ids` has the id of."""

    def __init__(self, server: Server, people: People, random: Random) -> None:
        self.server, self.people, self.random = server, people, random
        self.reference = reference_of_the_world()
        self.ids: dict[str, str] = {}
        self.names: dict[str, str] = {}
        """The login, code or identifier of each id."""
        self.moves = {"submitted": 0, "acted": 0, "hidden": 0, "refused": 0, "rights": 0}

    async def open(self) -> None:
        for login in LOGINS:
            client = await self.people.client(login)
            data = await client.run(_DIRECTORY)
            self._learn(login, data["viewer"]["user"]["id"])
            for entitlement, profile in zip(data["viewer"]["entitlements"], _USERS[login]["profiles"], strict=True):
                self._learn(profile["structure"], entitlement["structure"]["id"])
        for structure in data["structures"]:
            identifier = structure["siret"] or SUPPORT
            self._learn(identifier, structure["id"])
            for service in structure["services"]:
                self._learn(service["code"], service["id"])
        for category in data["categories"]:
            for subcategory in category["subcategories"]:
                self._learn(subcategory["code"], subcategory["id"])
                self.ids[f"category of {subcategory['code']}"] = category["id"]

    def _learn(self, name: str, id_: str) -> None:
        self.ids[name], self.names[id_] = id_, name

    async def move(self) -> None:
        """Change something: mostly a ticket, sometimes somebody's rights."""
        chance = self.random.random()
        if chance < 0.15:
            await self.submit()
        elif chance < 0.7:
            await self.act()
        else:
            await self.change_rights()

    async def submit(self) -> None:
        """Somebody who may submits a ticket."""
        random = self.random
        senders = [
            (login, one.structure)
            for login, profiles in self.reference.profiles.items()
            for one in sorted(profiles, key=str)
            if one.profile == "SENT_TICKETS"
        ]
        if not senders:
            return await self.change_rights()
        login, company = random.choice(senders)
        subcategory = random.choice([*CATEGORIES])
        structure, service = (SUPPORT, None) if CATEGORIES[subcategory] == SUPPORT else random.choice(PLACES)
        word = f"zq{len(self.reference.tickets):05}"
        common = random.sample(WORDS, random.randrange(3))
        given: dict[str, Any] = {
            "categoryId": self.ids[f"category of {subcategory}"],
            "subcategoryId": self.ids[subcategory],
            "objectType": random.choice(OBJECT_TYPES),
            "shortDescription": " ".join([word, *common]),
            "description": f"De {word}.",
            "issuerStructureId": self.ids[company],
        }
        if structure != SUPPORT:
            given["recipientStructureId"] = self.ids[structure]
            given["recipientServiceId"] = self.ids[service] if service else None
        result = await (await self.people.client(login)).act("submitTicket", **given, **self._files(word))
        assert result["__typename"] == "ActionDone", result
        shown = result["ticket"]
        ticket = Ticket(
            id=shown["id"],
            number=shown["number"],
            word=word,
            short_description=given["shortDescription"],
            words=[word, *common],
            category=subcategory,
            object_type=given["objectType"],
            issuer=company,
            structure=structure,
            service=service,
        )
        ticket.activities.append(_activity(result, login))
        self.reference.tickets.append(ticket)
        self.moves["submitted"] += 1
        return None

    def _files(self, word: str) -> dict[str, Any]:
        file = (f"{word}.txt", f"De {word}.".encode(), "text/plain")
        return {"attachments": [file]} if self.random.random() < 0.3 else {}

    async def act(self) -> None:
        """Somebody tries an action on some ticket, likely one that is possible."""
        random, reference = self.random, self.reference
        ticket = random.choice(reference.tickets)
        action = random.choice(_likely(ticket))
        able = [login for login in LOGINS if reference.may(login, action, ticket)]
        if ticket.assignee in able and action in AGENT_ACTIONS[2:]:
            able = [ticket.assignee]
        login = random.choice(able) if able and random.random() < 0.7 else random.choice(LOGINS)
        given: dict[str, Any] = {"ticketId": ticket.id}
        chosen = None
        if action == "assignTicket":
            chosen = random.choice(sorted(reference.agents(ticket)) or [*LOGINS])
            given["assigneeId"] = self.ids[chosen]
        elif action not in ("assignTicketToMe", "acceptSolution", "closeTicket"):
            word = random.choice(WORDS)
            given |= {"message": f"{ticket.word} {word}", **self._files(ticket.word)}
        result = await (await self.people.client(login)).act(action, **given)
        if not reference.sees(login, ticket):
            self.moves["hidden"] += 1
            assert (result["__typename"], result.get("code")) == ("ActionRefused", "NOT_FOUND"), (login, action, result)
            assert ticket.word not in json.dumps(result)
        elif result["__typename"] == "ActionRefused":
            self.moves["refused"] += 1
            may = reference.may(login, action, ticket)
            # An assignee that can't be one may be told first.
            if (action, result["code"]) != ("assignTicket", "INVALID_INPUT"):
                assert (result["code"] == "FORBIDDEN") == (not may), (login, action, ticket, result)
        else:
            self.moves["acted"] += 1
            assert reference.may(login, action, ticket), (login, action, ticket)
            ticket.act(action, login, _activity(result, login), chosen)
            if "message" in given:
                ticket.words.append(given["message"].split()[1])

    async def change_rights(self) -> None:
        """Somebody gets other profiles, or none."""
        random = self.random
        login = random.choice(LOGINS)
        profiles: set[ProfileOf] = set()
        for _ in range(random.choice([0, 1, 1, 1, 2, 2, 3])):
            name = random.choice(
                ["RECEIVED_TICKETS_EDIT", "RECEIVED_TICKETS_EDIT", "RECEIVED_TICKETS_VIEW", "SENT_TICKETS"]
            )
            place = (
                (random.choice(ISSUERS), None) if name == "SENT_TICKETS" else random.choice([*PLACES, (SUPPORT, None)])
            )
            profiles.add(ProfileOf(name, *place))
        await self.give(login, profiles)
        self.moves["rights"] += 1

    async def give(self, login: str, profiles: set[ProfileOf]) -> None:
        """Import a user's profiles."""
        entry = {name: _USERS[login][name] for name in ("login", "name", "email")}
        rows = [{key: value for key, value in one._asdict().items() if value} for one in sorted(profiles, key=str)]
        path = self.server.data_dir / "moved.yaml"
        path.write_text(yaml.safe_dump({"users": [{**entry, "profiles": rows}]}), encoding="utf-8")
        imported = await asyncio.to_thread(self.server.command, "import", "--yes", str(path))
        assert imported.returncode == 0, imported.stdout + imported.stderr
        self.reference.profiles[login] = profiles


def _likely(ticket: Ticket) -> list[str]:
    """Actions, those that the status allows more often."""
    anything = ["assignTicket", "transferToSupport"]
    possible = {
        "OPEN": ["proposeSolution", "requestInformation", "transferToSupport"]
        if ticket.assignee
        else ["assignTicketToMe"],
        "AWAITING_INFORMATION": ["provideInformation"] * 3 + ["closeTicket"],
        "RESOLVED": ["acceptSolution", "refuseSolution", "refuseSolution"],
        "CLOSED": [*AGENT_ACTIONS, *REQUESTER_ACTIONS],
    }[ticket.status]
    return possible * 2 + anything


def _activity(result: Any, login: str) -> Activity:
    shown = result["activity"]
    return Activity(
        shown["id"], shown["kind"], shown["message"], login, None, [one["id"] for one in shown["attachments"]]
    )


@asynccontextmanager
async def moving_desk(kind: str, folder: Path, random: Random, **settings: str) -> AsyncIterator[MovingDesk]:
    """`saisine serve` with the directory of the demo and no ticket. It must log no error."""
    issuer = Issuer()
    try:
        async with fresh(kind, folder) as url, AsyncExitStack() as stack:
            broker = {"broker_url": url} if kind == "postgres" else {}
            given = {"database_url": url, "batch_max_operations": "100", "journal_poll_seconds": "0.05", **UNLIMITED}
            server = Server(folder, None, issuer, **given, **broker, **settings)
            directory = folder / "world.yaml"
            directory.write_text(yaml.safe_dump(_WORLD), encoding="utf-8")
            for command in (["migrate"], ["import", str(directory)]):
                made = await asyncio.to_thread(server.command, *command)
                assert made.returncode == 0, made.stdout + made.stderr
            await asyncio.to_thread(server.start)
            try:
                desk = MovingDesk(server, People(server, stack), random)
                await desk.open()
                yield desk
            finally:
                await stack.aclose()
                await asyncio.to_thread(server.stop)
            logged = [line for line in server.printed if "Traceback" in line or '"level": "error"' in line]
            assert not logged, "".join(server.printed)[-5_000:]
    finally:
        issuer.close()
