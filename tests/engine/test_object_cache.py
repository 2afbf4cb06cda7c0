"""What is written of an object is kept with it, and told again only where it would be written the same."""

import gc
from collections import Counter
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import Source
from strawberry.permission import BasePermission

from graph.documents.documents import Prepared
from graph.engine.engine import Engine
from graph.engine.plan import same_for
from tests.engine import engines

made: Counter[str] = Counter()


class FromParis(BasePermission):
    message = "for people of Paris"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return bool(info.context.town == "Paris")


@strawberry.type
class Visit:
    """Not said to depend on anything."""

    @strawberry.field
    def town(self, info: strawberry.Info) -> str:
        return str(info.context.town)


@same_for("language", but=("age",))
@strawberry.type
class Person:
    name: str

    @strawberry.field
    def title(self) -> str:
        made[self.name] += 1
        return self.name.title()

    @strawberry.field
    def greeting(self, info: strawberry.Info) -> str:
        return f"{info.context.language} {self.name}"

    @strawberry.field
    def age(self, info: strawberry.Info) -> str:
        return f"{self.name} {info.context.town}"

    @strawberry.field
    def times(self, number: int) -> str:
        return self.name * number

    @strawberry.field
    async def town(self, info: strawberry.Info) -> str:
        return str(info.context.town)

    @strawberry.field(permission_classes=[FromParis])
    def secret(self) -> str | None:
        return "shown"

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError(f"{self.name} is broken")

    @strawberry.field
    def friend(self) -> "Person":
        return person("friend")

    @strawberry.field
    def friends(self) -> list["Person"]:
        return [person("friend"), person("other")]

    @strawberry.field
    def visit(self) -> Visit:
        return Visit()


@cache
def person(name: str) -> Person:
    """The same object for the same name."""
    return Person(name=name)


@same_for()
@strawberry.type
class House:
    owner: Person


HOUSE = House(owner=person("owner"))


@strawberry.type
class Query:
    @strawberry.field
    def person(self) -> Person:
        return person("somebody")

    @strawberry.field
    def house(self) -> House:
        return HOUSE


@pytest.fixture
def engine() -> Engine:
    person.cache_clear()
    made.clear()
    return engines(strawberry.Schema(Query), 1_000)[0]


def asking(engine: Engine, fields: str) -> Prepared:
    variables = "($number: Int!)" if "$number" in fields else ""
    prepared = engine.documents.prepare(f"query Asked{variables} {{ person {{ {fields} }} }}")
    assert not prepared.errors
    return prepared


async def asked(engine: Engine, prepared: Prepared, language: str = "fr", town: str = "Paris", **variables: Any) -> Any:
    """The person, and the errors' messages."""
    context = SimpleNamespace(language=language, town=town)
    result = await engine.execute(prepared, None, variables, context)
    assert result.data is not None
    return result.data["person"], [error.message for error in result.errors or []]


async def test_an_object_that_comes_again_is_written_once(engine: Engine) -> None:
    prepared = asking(engine, "title friend { title } friends { title }")
    told = {"title": "Somebody", "friend": {"title": "Friend"}, "friends": [{"title": "Friend"}, {"title": "Other"}]}
    for _ in range(4):
        assert await asked(engine, prepared) == (told, [])
    # One of them in two places of the document.
    assert made == {"somebody": 1, "friend": 2, "other": 1}


async def test_another_document_or_an_equal_object_is_written_anew(engine: Engine) -> None:
    assert await asked(engine, asking(engine, "title")) == ({"title": "Somebody"}, [])
    assert await asked(engine, asking(engine, "other: title")) == ({"other": "Somebody"}, [])
    person.cache_clear()
    assert await asked(engine, asking(engine, "title")) == ({"title": "Somebody"}, [])
    assert made["somebody"] == 3


async def test_it_is_written_for_each_of_what_it_is_said_to_depend_on(engine: Engine) -> None:
    for fields, at in (("title greeting", "greeting"), ("title friend { greeting }", "friend")):
        prepared = asking(engine, fields)
        for language in ("fr", "en", "fr", "en"):
            found, _ = await asked(engine, prepared, language)
            assert found[at] in (f"{language} somebody", {"greeting": f"{language} friend"})
    assert made["somebody"] == 4


async def test_it_depends_on_what_anything_below_it_depends_on(engine: Engine) -> None:
    prepared = engine.documents.prepare("{ house { owner { greeting } } }")
    for language in ("fr", "en", "fr"):
        result = await engine.execute(prepared, None, None, SimpleNamespace(language=language))
        assert result.data == {"house": {"owner": {"greeting": f"{language} owner"}}}


@pytest.mark.parametrize(
    ("field", "of"),
    [
        ("age", lambda town: f"somebody {town}"),
        ("town", lambda town: town),
        ("secret", lambda town: "shown" if town == "Paris" else None),
        ("visit { town }", lambda town: {"town": town}),
        ("friend { age }", lambda town: {"age": f"friend {town}"}),
        ("friends { town }", lambda town: [{"town": town}] * 2),
    ],
)
async def test_what_depends_on_more_is_written_every_time(engine: Engine, field: str, of: Any) -> None:
    prepared = asking(engine, f"title {field}")
    for town in ("Paris", "Lille", "Paris", "Lille"):
        found, errors = await asked(engine, prepared, town=town)
        assert found == {"title": "Somebody", field.split(maxsplit=1)[0]: of(town)}
        assert errors == (["for people of Paris"] if of(town) is None else [])


async def test_arguments_count(engine: Engine) -> None:
    prepared = asking(engine, "title times(number: $number)")
    for number in (1, 3, 1):
        assert (await asked(engine, prepared, number=number))[0]["times"] == "somebody" * number


async def test_an_error_is_told_every_time(engine: Engine) -> None:
    prepared = asking(engine, "title broken friend { title }")
    for _ in range(4):
        found, errors = await asked(engine, prepared)
        assert found == {"title": "Somebody", "broken": None, "friend": {"title": "Friend"}}
        assert errors == ["somebody is broken"]


async def test_of_many_documents_few_are_kept_with_an_object(engine: Engine) -> None:
    for number in range(100):
        await asked(engine, asking(engine, f"title name{number}: name"))
    kept = vars(person("somebody"))["__written__"]
    assert 0 < len(kept) < 20


async def test_a_document_that_is_forgotten_is_kept_by_no_object(engine: Engine) -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, Source) for one in gc.get_objects())

    before = alive()
    for number in range(47):
        for _ in range(2):
            await asked(engine, asking(engine, f"title name{number}: name"))
    assert alive() - before <= 10, "as many as the engine remembers"
