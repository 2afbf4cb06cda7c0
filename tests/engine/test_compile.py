"""When operations are compiled, and that no text of a client gets into the source."""

import json
import keyword
from dataclasses import replace
from types import FunctionType, MethodType
from typing import Any

import pytest
from graphql import get_introspection_query
from graphql.execution.values import VariableValues

from graph.documents.documents import Prepared
from graph.documents.limits import Limits
from graph.engine.engine import Engine
from graph.engine.operation import Compiling
from tests.engine import engines, run, shown
from tests.engine.documents import HOSTILE
from tests.engine.nasty import Context, build

SCHEMA = build()
MARK = "qqzz"
"""Part of every name and value of the client in these tests, and of nothing else."""


async def run_both(text: str, variables: Any = None, seed: int = 2) -> tuple[Prepared, Any]:
    """The document of the compiling engine, and the result, which is the same from both engines."""
    compiled, core = engines(SCHEMA)
    prepared = compiled.documents.prepare(text)
    result = await run(compiled, prepared, variables, Context(seed))
    assert result == await run(core, prepared_again(prepared), variables, Context(seed))
    return prepared, result


def functions(prepared: Prepared) -> list[FunctionType]:
    """All functions that were compiled for a document."""
    found: dict[int, Any] = {}
    waiting: list[Any] = [s for operation in prepared.operations.values() for s, _ in operation._compiled.values()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, MethodType):
            waiting += vars(one.__self__).values()
        if not isinstance(one, FunctionType) or id(one) in found:
            continue
        found[id(one)] = one
        waiting += [cell.cell_contents for cell in one.__closure__ or ()]
        waiting += one.__globals__.values() if one.__code__.co_filename.startswith("<compiled") else []
    return [one for one in found.values() if one.__code__.co_filename.startswith("<compiled")]


def constants(code: Any) -> set[str]:
    return {*code.co_names, *code.co_varnames, *(one for one in code.co_consts if isinstance(one, str))}


@pytest.mark.parametrize(
    "alias", [*HOSTILE, *keyword.kwlist, "__builtins__", "exec", "key_1", "plan_2", f"{MARK}_alias"]
)
async def test_field_with_a_python_name_as_alias_is_compiled(alias: str) -> None:
    prepared, (data, errors) = await run_both(f"{{ {alias}: size big {{ {alias}: id }} }}")
    assert f'"{alias}": 1' in data
    assert errors == []
    assert len(functions(prepared)) == 2


@pytest.mark.parametrize("text", ['"', "'''", '\\"""', "\n\u2028", "{v0}", "%s", "é\x00", "#", "\\", "\\N{DIGIT ONE}"])
async def test_string_with_python_syntax_stays_a_value(text: str) -> None:
    literal = json.dumps(text)
    _, (data, errors) = await run_both(f"{{ big {{ echo(text: {literal}, wish: {{ word: {literal} }}) }} }}")
    assert errors == []
    assert repr(text) in json.loads(data)["big"]["echo"]
    await run_both(f"query ($s: String = {literal}) {{ big {{ echo(text: $s) }} }}", {"s": text})


async def test_compiled_code_holds_no_text_of_the_client() -> None:
    prepared, (data, _) = await run_both(
        f"""query {MARK}Name(${MARK}Variable: String = "{MARK} default", ${MARK}If: Boolean!) {{
          {MARK}Big: big {{ ...{MARK}Fragment {MARK}Size: size @include(if: ${MARK}If)
            {MARK}Echo: echo(text: ${MARK}Variable) other: echo(text: "{MARK} text", wish: {{ word: "{MARK} word" }}) }}
        }} fragment {MARK}Fragment on Big {{ {MARK}Typename: __typename things {{ {MARK}Id: id }} }}""",
        {f"{MARK}Variable": f"{MARK} value", f"{MARK}If": True},
    )
    assert data.count(MARK) > 5
    compiled_functions = functions(prepared)
    assert len(compiled_functions) >= 2
    for function in compiled_functions:
        assert not [text for text in constants(function.__code__) if MARK in text]


async def test_operation_is_compiled_at_its_second_use() -> None:
    engine = Engine(SCHEMA, limits=Limits(), document_cache_max_bytes=10_000_000)
    prepared = engine.documents.prepare("{ size }")
    first = await engine.execute(prepared, None, None, Context(1))
    assert functions(prepared) == []
    assert shown(await engine.execute(prepared, None, None, Context(1))) == shown(first) == ('{"size": 1}', [])
    assert len(functions(prepared)) == 1


async def test_fields_beyond_the_maximum_are_executed_by_graphql_core() -> None:
    text = "{ big { id one { id one { id one { id } } } } }"
    compiled, core = engines(SCHEMA, compiled_fields=5)
    prepared = compiled.documents.prepare(text)
    assert await run(compiled, prepared, None, Context(5)) == await run(
        core, prepared_again(prepared), None, Context(5)
    )
    assert len(functions(prepared)) == 3


def prepared_again(prepared: Prepared) -> Prepared:
    return replace(prepared, operations={})


async def test_variants_of_conditional_fields_are_compiled_up_to_a_maximum() -> None:
    names = [f"c{number}" for number in range(5)]
    fields = " ".join(f"{name}: size @include(if: ${name})" for name in names)
    text = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ size {fields} }}"
    compiled, core = engines(SCHEMA)
    prepared = compiled.documents.prepare(text)
    for choice in range(32):
        variables = {name: bool(choice >> place & 1) for place, name in enumerate(names)}
        result = await run(compiled, prepared, variables, Context(1))
        assert result == await run(core, prepared_again(prepared), variables, Context(1))
        assert result[0].count("1") == 1 + sum(variables.values()) + sum(
            name == "c1" for name, on in variables.items() if on
        )
    assert len(functions(prepared)) <= 8


async def test_introspection_gives_the_same_result_as_graphql_core() -> None:
    await run_both(get_introspection_query())
    await run_both('{ __type(name: "Big") { name fields { name } } big { id } }')


async def test_invalid_variables_give_the_same_errors_as_graphql_core() -> None:
    _, (data, errors) = await run_both("query ($n: Int!) { big(seed: $n) { id } }", {"n": "three"})
    assert data == "null"
    assert "Variable '$n' has invalid value" in errors[0][0]


async def test_deep_and_wide_documents_compile_at_most_the_maximum_of_fields() -> None:
    deep = "{ big " + "{ one " * 90 + "{ id }" + "}" * 91
    wide = (
        "{ big { ...F0 } } "
        + " ".join(
            f"fragment F{n} on Big {{ a{n}: one {{ ...F{n + 1} }} b{n}: one {{ ...F{n + 1} }} }}" for n in range(10)
        )
        + " fragment F10 on Big { id }"
    )
    for text in (deep, wide):
        engine, _ = engines(SCHEMA)
        prepared = engine.documents.prepare(text)
        assert not prepared.errors
        operation = engine._operation(prepared, None)
        assert operation is not None
        assert await operation.function(VariableValues({}, {}), Compiling(after=0), engine.documents) is not None
        assert 0 < len(functions(prepared)) <= 1_000
