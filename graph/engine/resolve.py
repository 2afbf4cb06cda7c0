"""How a field is resolved, as a Python expression.

An attribute is read in place, and a Strawberry resolver is called directly. A field with extensions, permissions or
exception handlers is resolved as graphql-core does it.
"""

import keyword
from collections.abc import Callable
from inspect import iscoroutinefunction
from operator import attrgetter
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from graph.engine.arguments import Convert, coerced_arguments, constant_arguments, strawberry_schema, variable_arguments
from graph.engine.plan import Execution, FieldPlan, Info, ResponsePath

Bind = Callable[[str, Any], str]
"""Binds an object to the function that is being written, under a name with this prefix; returns the name."""

RESTRICTED = "__restricted__"
"""The attribute of a cacheable type's resolver (`cacheable.py`) that holds the original resolver, and the function
that makes its restricted Info of the context. Compiled functions use the two without the wrapper around them."""
_PATH = "attribute"


class AttributeField(StrawberryField):
    """A field that reads a dotted attribute of its object; it is no parameter of the class's constructor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.init = self.repr = self.compare = False
        self.path: str = self.metadata[_PATH]
        self._read = attrgetter(self.path)

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        """The value of the attribute; called only if graphql-core executes the field."""
        return self._read(source)


def attribute(path: str, *, description: str) -> Any:
    """A Strawberry field that reads an attribute: `number: str = attribute("row.number", description=…)`.

    Errors: ValueError for a path that is not made of Python names.
    """
    if not all(map(is_name, path.split("."))):
        raise ValueError(path)
    return AttributeField(metadata={_PATH: path}, description=description)


def resolve_expression(plan: FieldPlan, schema: GraphQLSchema, bind: Bind) -> tuple[str, bool]:
    """The expression that resolves a field, and whether its value is a coroutine.

    It uses the names `source`, `path` (that of the parent object) and `execution`.
    """
    field = plan.field
    if field is None or not is_direct(field, plan.definition.resolve, schema):
        return _core_call(plan, bind), False
    if field.is_subscription:
        return "source", False
    if field.base_resolver is not None:
        return _resolver_call(plan, field, field.base_resolver, schema, bind)
    if isinstance(field, AttributeField):
        return f"source.{field.path}", False
    if field.default_resolver is getattr and is_name(field.python_name):
        return f"source.{field.python_name}", False
    return f"{bind('default', field.default_resolver)}(source, {bind('name', field.python_name)})", False


def _resolver_call(
    plan: FieldPlan, field: StrawberryField, resolver: StrawberryResolver[Any], schema: GraphQLSchema, bind: Bind
) -> tuple[str, bool]:
    """The call of a Strawberry resolver."""
    function: Any = resolver.wrapped_func
    is_async = iscoroutinefunction(function)
    if is_async is not field.is_async:
        return _core_call(plan, bind), False
    constants = constant_arguments(plan, schema)
    if constants is None:
        call = _async_call if is_async else _sync_call
        return f"{bind('call', call(plan, resolver, schema))}(source, path, execution)", is_async
    given = ["source"] if resolver.self_parameter else []
    given += [f"{name}=source" for name in _source_parameters(resolver)]
    if resolver.info_parameter:
        if restricted := getattr(function, RESTRICTED, None):
            function, info_of = restricted
            info = f"{bind('info', info_of)}(execution.context)"
        else:
            info = f"{bind('info', _info_factory(schema))}(execution, {bind('plan', plan)}, path)"
        given.append(f"{resolver.info_parameter.name}={info}")
    if constants:
        given.append(f"**{bind('arguments', constants)}")
    return f"{bind('resolve', function)}({', '.join(given)})", is_async


def _source_parameters(resolver: StrawberryResolver[Any]) -> set[str]:
    """The parameters that receive the source: `root`, one annotated with `strawberry.Parent`, or one that is both."""
    return {found.name for found in (resolver.parent_parameter, resolver.root_parameter) if found}


def is_name(text: str) -> bool:
    """Whether an attribute of this name can be written as Python source."""
    return text.isidentifier() and text.isascii() and not keyword.iskeyword(text)


def is_direct(field: StrawberryField, resolve: Any, schema: GraphQLSchema) -> bool:
    """Whether Strawberry does nothing for a field but call its resolver or read an attribute."""
    return (
        not field.extensions
        and type(field).get_result in (StrawberryField.get_result, AttributeField.get_result)
        and getattr(resolve, "__module__", "") == "strawberry.schema.schema_converter"
        and not strawberry_schema(schema).schema_converter.exception_handlers
        and (field.base_resolver is None or type(field.base_resolver) is StrawberryResolver)
    )


def _info_factory(schema: GraphQLSchema) -> Callable[[Execution, FieldPlan, ResponsePath], Any]:
    """The constructor of a resolver's Info: the engine's own class, or the one that the schema's config names."""
    info_class = strawberry_schema(schema).config.info_class
    if info_class is strawberry.Info:
        return Info

    def make(execution: Execution, plan: FieldPlan, parent: ResponsePath) -> Any:
        raw = execution.info(plan, (parent, plan.key, plan.parent.name))
        return info_class(_raw_info=raw, _field=plan.field)  # type: ignore[arg-type]

    return make


def _core_call(plan: FieldPlan, bind: Bind) -> str:
    definition = plan.definition

    def call(source: Any, parent: ResponsePath, execution: Execution) -> Any:
        resolve = definition.resolve or execution.core.field_resolver
        given = coerced_arguments(plan, execution.variables)
        return resolve(source, execution.info(plan, (parent, plan.key, plan.parent.name)), **given)

    return f"{bind('call', call)}(source, path, execution)"


def _sync_call(
    plan: FieldPlan, resolver: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution], Any]:
    coerce, call = variable_arguments(plan, schema), _call_with_arguments(plan, resolver, schema)
    return lambda source, parent, execution: call(source, parent, execution, coerce(execution))


def _async_call(
    plan: FieldPlan, resolver: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution], Any]:
    coerce, call = variable_arguments(plan, schema), _call_with_arguments(plan, resolver, schema)

    async def convert_and_call(source: Any, parent: ResponsePath, execution: Execution, convert: Convert) -> Any:
        return await call(source, parent, execution, convert)

    # graphql-core raises errors of coercion at once; Strawberry's conversion runs when the field is awaited.
    return lambda source, parent, execution: convert_and_call(source, parent, execution, coerce(execution))


def _call_with_arguments(
    plan: FieldPlan, resolver: StrawberryResolver[Any], schema: GraphQLSchema
) -> Callable[[Any, ResponsePath, Execution, Convert], Any]:
    make_info, function = _info_factory(schema), resolver.wrapped_func
    source_parameters = _source_parameters(resolver)
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def call(source: Any, parent: ResponsePath, execution: Execution, convert: Convert) -> Any:
        info = make_info(execution, plan, parent)
        given = convert(info)
        for name in source_parameters:
            given[name] = source
        if info_name is not None:
            given[info_name] = info
        return function(source, **given) if resolver.self_parameter else function(**given)  # type: ignore[operator]

    return call
