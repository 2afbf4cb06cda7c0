"""How a field is resolved, as a piece of Python: an attribute read in place, Strawberry's resolver called straight, or,
where a field has anything more to it (extensions, permissions, handlers of exceptions), as graphql-core would call it.
"""

import dis
import keyword
from collections.abc import Callable
from functools import cache
from inspect import iscoroutinefunction
from types import CodeType, FunctionType
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from graph.engine import arguments
from graph.engine.arguments import Convert
from graph.engine.plan import Execution, FieldPlan, Info, ResponsePath

Bind = Callable[[str, Any], str]
"""Give an object to the function that is written, under a name beginning so; the whole name."""


def resolving(plan: FieldPlan, schema: GraphQLSchema, bind: Bind) -> tuple[str, bool]:
    """The expression that resolves a field of source `s` at way `p` in execution `r`, and whether it is a coroutine."""
    field = plan.field
    if field is None or not is_plain(field, plan.definition.resolve, schema):
        return _as_core_does(plan, bind), False
    if field.is_subscription:
        return "s", False
    if field.base_resolver is not None:
        return _called(plan, field, field.base_resolver, schema, bind)
    if field.default_resolver is getattr and is_name(field.python_name):
        return f"s.{field.python_name}", False
    return f"{bind('default', field.default_resolver)}(s, {bind('name', field.python_name)})", False


def _called(
    plan: FieldPlan, field: StrawberryField, base: StrawberryResolver[Any], schema: GraphQLSchema, bind: Bind
) -> tuple[str, bool]:
    """The call of a resolver of Strawberry's, or what it does in its place."""
    function: Any = base.wrapped_func
    if attributes := _read_through(base, function):
        return f"s.{'.'.join(attributes)}", False
    is_async = iscoroutinefunction(function)
    if is_async is not field.is_async:
        return _as_core_does(plan, bind), False
    constants = arguments.constant(plan, schema)
    if constants is None:
        call = _calling_async if is_async else _calling
        return f"{bind('call', call(plan, base, schema))}(s, p, r)", is_async
    given = ["s"] if base.self_parameter else []
    given += [f"{name}=s" for name in _sources(base)]
    if base.info_parameter:
        given.append(f"{base.info_parameter.name}={bind('info', info_maker(schema))}(r, {bind('plan', plan)}, p)")
    if constants:
        given.append(f"**{bind('arguments', constants)}")
    return f"{bind('resolve', function)}({', '.join(given)})", is_async


def _sources(base: StrawberryResolver[Any]) -> set[str]:
    """The parameters that take the source: `root`, or one that is a Parent; it may be both."""
    return {found.name for found in (base.parent_parameter, base.root_parameter) if found}


def is_name(text: str) -> bool:
    """Whether it can be written into Python as the name of an attribute."""
    return text.isidentifier() and text.isascii() and not keyword.iskeyword(text)


def is_plain(field: StrawberryField, resolve: Any, schema: GraphQLSchema) -> bool:
    """Whether Strawberry does no more for it than call its resolver or read an attribute."""
    return (
        not field.extensions
        and type(field).get_result is StrawberryField.get_result
        and getattr(resolve, "__module__", "") == "strawberry.schema.schema_converter"
        and not arguments.strawberry_of(schema).schema_converter.exception_handlers
        and (field.base_resolver is None or type(field.base_resolver) is StrawberryResolver)
    )


def _read_through(base: StrawberryResolver[Any], function: Any) -> list[str] | None:
    """The attributes that a resolver reads one after the other, where it does nothing else: `return self.row.name`."""
    if type(function) is not FunctionType or not base.self_parameter or len(base.signature.parameters) != 1:
        return None
    return _attributes(function.__code__)


@cache
def _attributes(body: CodeType) -> list[str] | None:
    code = [step for step in dis.get_instructions(body) if step.opname not in ("RESUME", "NOP")]
    if [step.opname for step in code] != ["LOAD_FAST", *["LOAD_ATTR"] * (len(code) - 2), "RETURN_VALUE"]:
        return None
    names = [str(step.argval) for step in code[1:-1]]
    return names if names and all(map(is_name, names)) else None


def info_maker(schema: GraphQLSchema) -> Callable[[Execution, FieldPlan, ResponsePath], Any]:
    """What makes a resolver's Info: ours, or the schema's own kind."""
    wanted = arguments.strawberry_of(schema).config.info_class
    if wanted is strawberry.Info:
        return Info

    def make(run: Execution, plan: FieldPlan, parent: ResponsePath) -> Any:
        return wanted(_raw_info=run.info(plan, (parent, plan.key, plan.parent.name)), _field=plan.field)  # type: ignore[arg-type]

    return make


def _as_core_does(plan: FieldPlan, bind: Bind) -> str:
    definition = plan.definition

    def call(source: Any, parent: ResponsePath, run: Execution) -> Any:
        resolve = definition.resolve or run.core.field_resolver
        given = arguments.given(plan, run.variables)
        return resolve(source, run.info(plan, (parent, plan.key, plan.parent.name)), **given)

    return f"{bind('call', call)}(s, p, r)"


def _calling(
    plan: FieldPlan, base: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution], Any]:
    start, finish = arguments.of_each_run(plan, schema), _finishing(plan, base, schema)
    return lambda source, parent, run: finish(source, parent, run, start(run))


def _calling_async(
    plan: FieldPlan, base: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution], Any]:
    start, finish = arguments.of_each_run(plan, schema), _finishing(plan, base, schema)

    async def convert_and_call(source: Any, parent: ResponsePath, run: Execution, convert: Convert) -> Any:
        return await finish(source, parent, run, convert)

    # What graphql-core refuses of the arguments it refuses at once; Strawberry's part comes when the field is awaited.
    return lambda source, parent, run: convert_and_call(source, parent, run, start(run))


def _finishing(
    plan: FieldPlan, base: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution, Convert], Any]:
    make_info, function = info_maker(schema), base.wrapped_func
    sources = _sources(base)
    info_name = base.info_parameter.name if base.info_parameter else None

    def finish(source: Any, parent: ResponsePath, run: Execution, convert: Convert) -> Any:
        info = make_info(run, plan, parent)
        given = convert(info)
        for name in sources:
            given[name] = source
        if info_name is not None:
            given[info_name] = info
        return function(source, **given) if base.self_parameter else function(**given)  # type: ignore[operator]

    return finish
