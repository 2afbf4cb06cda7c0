"""Responses are cached with their object, and a cacheable resolver can read nothing that is not in the cache key."""

import gc
from collections import Counter
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import Source
from strawberry.permission import BasePermission

from graph.documents.documents import Prepared
from graph.engine.cacheable import NotInCacheKey, cacheable
from graph.engine.engine import Engine
from graph.engine.object_cache import FactoryCache, ObjectCache
from graph.engine.resolve import attribute
from tests.engine import engines

calls: Counter[str] = Counter()
"""Calls of the resolver of `title`, by the person's name."""


class FromParis(BasePermission):
    message = "for people of Paris"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return bool(info.context.town == "Paris")


@strawberry.type
class Visit:
    """A type that is not cacheable."""

    @strawberry.field
    def town(self, info: strawberry.Info) -> str:
        return str(info.context.town)


@cacheable(vary=("language",), exclude=("age",))
@strawberry.type
class Person:
    name: str

    @strawberry.field
    def title(self) -> str:
        calls[self.name] += 1
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


objects: list[ObjectCache] = [ObjectCache(1_000_000)]
"""The object cache of the test that runs."""


def person(name: str) -> Person:
    """The same object for the same name."""
    return objects[-1].objects(_person, [(name,)])[0]


def _person(row: tuple[str]) -> Person:
    return Person(name=row[0])


@cacheable()
@strawberry.type
class House:
    owner: Person


def _house(row: tuple[str]) -> House:
    return House(owner=person(row[0]))


@strawberry.type
class Query:
    @strawberry.field
    def person(self) -> Person:
        return person("somebody")

    @strawberry.field
    def house(self) -> House:
        return objects[-1].objects(_house, [("owner",)])[0]


@pytest.fixture
def engine() -> Engine:
    objects[:] = [ObjectCache(1_000_000)]
    calls.clear()
    return engines(strawberry.Schema(Query), 1_000)[0]


def prepare(engine: Engine, fields: str) -> Prepared:
    variables = "($number: Int!)" if "$number" in fields else ""
    prepared = engine.documents.prepare(f"query Q{variables} {{ person {{ {fields} }} }}")
    assert not prepared.errors
    return prepared


async def person_of(
    engine: Engine, prepared: Prepared, language: str = "fr", town: str = "Paris", **variables: Any
) -> Any:
    """The person in the result, and the messages of the errors."""
    context = SimpleNamespace(language=language, town=town)
    result = await engine.execute(prepared, None, variables, context)
    assert result.data is not None
    return result.data["person"], [error.message for error in result.errors or []]


async def test_object_that_is_selected_again_is_resolved_once(engine: Engine) -> None:
    prepared = prepare(engine, "title friend { title } friends { title }")
    expected = {
        "title": "Somebody",
        "friend": {"title": "Friend"},
        "friends": [{"title": "Friend"}, {"title": "Other"}],
    }
    for _ in range(4):
        assert await person_of(engine, prepared) == (expected, [])
    # The friend is selected in two places of the document.
    assert calls == {"somebody": 1, "friend": 2, "other": 1}


async def test_another_document_or_an_equal_object_is_resolved_again(engine: Engine) -> None:
    assert await person_of(engine, prepare(engine, "title")) == ({"title": "Somebody"}, [])
    assert await person_of(engine, prepare(engine, "other: title")) == ({"other": "Somebody"}, [])
    objects.append(ObjectCache(1_000_000))
    assert await person_of(engine, prepare(engine, "title")) == ({"title": "Somebody"}, [])
    assert calls["somebody"] == 3


async def test_each_value_of_vary_has_its_own_response(engine: Engine) -> None:
    for fields, at in (("title greeting", "greeting"), ("title friend { greeting }", "friend")):
        prepared = prepare(engine, fields)
        for language in ("fr", "en", "fr", "en"):
            found, _ = await person_of(engine, prepared, language)
            assert found[at] in (f"{language} somebody", {"greeting": f"{language} friend"})
    assert calls["somebody"] == 4


async def test_response_varies_by_what_nested_objects_vary_by(engine: Engine) -> None:
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
async def test_selection_with_an_uncacheable_field_is_resolved_each_time(engine: Engine, field: str, of: Any) -> None:
    prepared = prepare(engine, f"title {field}")
    for town in ("Paris", "Lille", "Paris", "Lille"):
        found, errors = await person_of(engine, prepared, town=town)
        assert found == {"title": "Somebody", field.split(maxsplit=1)[0]: of(town)}
        assert errors == (["for people of Paris"] if of(town) is None else [])


async def test_field_with_arguments_is_resolved_each_time(engine: Engine) -> None:
    prepared = prepare(engine, "title times(number: $number)")
    for number in (1, 3, 1):
        assert (await person_of(engine, prepared, number=number))[0]["times"] == "somebody" * number


async def test_response_with_an_error_is_not_cached(engine: Engine) -> None:
    prepared = prepare(engine, "title broken friend { title }")
    for _ in range(4):
        found, errors = await person_of(engine, prepared)
        assert found == {"title": "Somebody", "broken": None, "friend": {"title": "Friend"}}
        assert errors == ["somebody is broken"]


async def test_object_caches_the_responses_of_few_documents(engine: Engine) -> None:
    for number in range(100):
        await person_of(engine, prepare(engine, f"title name{number}: name"))
    responses = vars(person("somebody"))["__responses__"]
    assert 0 < len(responses) < 20


async def test_object_does_not_keep_evicted_documents_in_memory(engine: Engine) -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, Source) for one in gc.get_objects())

    before = alive()
    for number in range(47):
        for _ in range(2):
            await person_of(engine, prepare(engine, f"title name{number}: name"))
    assert alive() - before <= 10, "as many as the engine caches"


def test_factory_cache_is_emptied_when_it_is_full() -> None:
    cache = FactoryCache(100_000)

    @cache.cached
    def named(name: str) -> Person:
        return Person(name=name)

    first = named("first")
    assert named("".join(["fir", "st"])) is first
    for number in range(1_000):
        named(f"{number}")
        assert 0 <= cache.bytes <= 100_000
    assert 0 < len(cache) < 100
    assert named("first") is not first


async def test_responses_of_cached_objects_count_as_bytes(engine: Engine) -> None:
    await person_of(engine, prepare(engine, "title"))
    before = objects[-1].bytes
    aliases = " ".join(f"a{number}: name" for number in range(100))
    await person_of(engine, prepare(engine, aliases))
    assert objects[-1].bytes > before + 3_000


def reading(path: str) -> strawberry.Schema:
    """A schema with a cacheable type, whose field `seen` reads an attribute of its Info."""
    read = attrgetter(path)

    @cacheable(vary=("language",))
    @strawberry.type
    class Reader:
        name: str

        @strawberry.field
        def seen(self, info: strawberry.Info) -> str | None:
            return str(read(info))

        @strawberry.field
        def times(self, number: int) -> str:
            return self.name * number

    cache = ObjectCache(1_000_000)

    def make(row: tuple[str]) -> Reader:
        return Reader(name=row[0])

    @strawberry.type
    class Query:
        @strawberry.field
        def reader(self) -> Reader:
            return cache.objects(make, [("reader",)])[0]

    return strawberry.Schema(Query)


@pytest.mark.parametrize("fields", ["seen", "seen times(number: 2)"], ids=["cached", "uncached"])
@pytest.mark.parametrize("compiled_fields", [1_000, 1, 0], ids=["compiled", "beyond the maximum", "graphql-core"])
@pytest.mark.parametrize("path", ["context.viewer", "context.viewer.name", "variable_values", "path", "root_value"])
async def test_cacheable_resolver_that_reads_outside_the_key_raises(
    path: str, compiled_fields: int, fields: str
) -> None:
    engine, _ = engines(reading(path), compiled_fields)
    prepared = engine.documents.prepare(f"{{ reader {{ {fields} }} }}")
    for name in ("first", "second", "first"):
        context = SimpleNamespace(language="fr", viewer=SimpleNamespace(name=name))
        result = await engine.execute(prepared, None, None, context)
        assert result.data is not None
        assert result.data["reader"]["seen"] is None
        assert result.errors is not None
        (error,) = result.errors
        assert isinstance(error.original_error, NotInCacheKey)


@pytest.mark.parametrize("compiled_fields", [1_000, 0])
async def test_cacheable_resolver_reads_the_attributes_of_vary(compiled_fields: int) -> None:
    engine, _ = engines(reading("context.language"), compiled_fields)
    prepared = engine.documents.prepare("{ reader { seen } }")
    for language in ("fr", "en", "fr"):
        result = await engine.execute(prepared, None, None, SimpleNamespace(language=language))
        assert (result.data, result.errors) == ({"reader": {"seen": language}}, None)


async def test_cacheable_resolver_can_not_write_to_the_context() -> None:
    @cacheable()
    @strawberry.type
    class Writer:
        @strawberry.field
        def written(self, info: strawberry.Info) -> str | None:
            info.context.written = "written"
            return "written"

    @strawberry.type
    class Query:
        @strawberry.field
        def writer(self) -> Writer:
            return Writer()

    engine, _ = engines(strawberry.Schema(Query))
    result = await engine.execute(engine.documents.prepare("{ writer { written } }"), None, None, SimpleNamespace())
    assert isinstance((result.errors or [])[0].original_error, NotInCacheKey)


def test_exclude_of_an_unknown_field_is_a_type_error() -> None:
    @strawberry.type
    class Named:
        name: str

    with pytest.raises(TypeError, match="nonsuch"):
        cacheable(exclude=("nonsuch",))(Named)


def test_inherited_resolver_with_an_info_is_a_type_error() -> None:
    @strawberry.interface
    class Base:
        @strawberry.field
        def viewer(self, info: strawberry.Info) -> str:
            return str(info.context.viewer)

    @strawberry.type
    class Derived(Base):
        name: str

    with pytest.raises(TypeError, match="viewer"):
        cacheable()(Derived)


def test_attribute_with_a_path_that_is_no_name_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="row name"):
        attribute("row name", description="")
