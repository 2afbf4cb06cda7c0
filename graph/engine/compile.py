"""Compiles an operation of a document to a Python function that returns its response.

Each selected object becomes one function with all its fields in a row: common values are tested for and completed in
place, everything else goes to `complete.py`. The source has only text of this file and Python names of the schema;
names, aliases and values of a client are bound to the function as objects.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any
from weakref import WeakValueDictionary

from graphql import (
    GraphQLObjectType,
    GraphQLScalarType,
    OperationType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from graph.documents.document_cache import Weight
from graph.engine.cacheable import cache_key_attributes, memoize
from graph.engine.complete import (
    add_pending,
    await_completed,
    await_fields,
    check_scalar,
    complete_awaitable,
    complete_uncommon,
    completion,
    handle_field_error,
)
from graph.engine.leaf_types import (
    LEAF_CLASSES,
    RESPONSE_CLASSES,
    TEXT_CONDITION,
    enum_names,
    exact_class,
    identity_condition,
)
from graph.engine.plan import DEFINITION, Execution, FieldPlan, OperationPlan, ResponsePath, SelectionFn, core_path
from graph.engine.resolve import resolve_expression
from graph.engine.response_budget import OBJECT_MIN_BYTES, SCALAR_BYTES, SHORT, text_bytes

_GLOBALS = {
    "LEAF_CLASSES": LEAF_CLASSES,
    "RESPONSE_CLASSES": RESPONSE_CLASSES,
    "SHORT": SHORT,
    "add_pending": add_pending,
    "await_completed": await_completed,
    "await_fields": await_fields,
    "check_scalar": check_scalar,
    "complete_awaitable": complete_awaitable,
    "complete_uncommon": complete_uncommon,
    "handle_field_error": handle_field_error,
    "is_awaitable": is_awaitable,
    "text_bytes": text_bytes,
}
"""The names that compiled functions use."""
_MAX_DEPTH = 40
"""Levels of nested objects that are compiled; deeper ones are executed by graphql-core."""
_FIELD_BYTES = 4_000
"""An estimate of what a compiled field keeps in memory."""
_TEXT_BYTES = "size += len({v}) if len({v}) < SHORT else text_bytes({v})"
"""The line that counts the bytes of a text."""


class Uncompilable(Exception):
    """The operation uses something that only graphql-core supports, such as `@defer`."""


class Compiler:
    """Compiles one operation for one set of values of the variables in its `@skip` and `@include`.

    At most `max_fields` fields are compiled; graphql-core executes the selections beyond.
    """

    def __init__(self, operation: OperationPlan, variables: VariableValues, max_fields: int) -> None:
        self._operation = operation
        self._variables = variables
        self._fields_left = max_fields
        self._depth = 0
        self._left_to_core = 0
        self.bytes = 0
        """What the compiled functions keep in memory."""
        self.weight: Weight | None = None
        """The document's weight, once it includes `bytes`: it grows with the functions of an abstract type, which are
        compiled when the first object of a type appears."""

    def compile(self) -> SelectionFn:
        """The function of the operation's root selection. Errors: Uncompilable."""
        plan = self._operation
        root = plan.schema.get_root_type(plan.operation.operation)
        if root is None:
            raise Uncompilable
        groups = self._groups(collect_fields(plan.schema, plan.fragments, self._variables, root, plan.operation))
        if plan.operation.operation is OperationType.MUTATION:
            return _serially([self._object(root, {key: details}) for key, details in groups.items()])
        return self._object(root, groups)

    def _groups(self, collected: CollectedFields) -> Mapping[str, list[FieldDetails]]:
        groups = collected.grouped_field_set
        if collected.new_defer_usages or any(
            detail.fragment_variable_values is not None
            or any(directive.name.value == "stream" for directive in detail.node.directives or ())
            for details in groups.values()
            for detail in details
        ):
            raise Uncompilable
        return groups

    def _subfields(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        plan = self._operation
        return self._groups(
            collect_subfields(plan.schema, plan.fragments, self._variables, plan.operation, type_, details)
        )

    def _selection(self, details: list[FieldDetails], type_: GraphQLObjectType) -> SelectionFn:
        """The function of what a field selects of an object type."""
        if self._fields_left > 0 and self._depth < _MAX_DEPTH and not type_.name.startswith("__"):
            groups = self._subfields(type_, details)
            self._fields_left -= sum(map(len, groups.values()))
            if self._fields_left >= 0:
                self._depth += 1
                try:
                    return self._object(type_, groups)
                finally:
                    self._depth -= 1
        self._left_to_core += 1

        def select_by_core(source: Any, path: ResponsePath, execution: Execution) -> Any:
            return execution.core.collect_and_execute_subfields(type_, details, core_path(path), source, None)  # type: ignore[arg-type]

        return select_by_core

    def _object(self, type_: GraphQLObjectType, groups: Mapping[str, list[FieldDetails]]) -> SelectionFn:
        schema, left_to_core = self._operation.schema, self._left_to_core
        writer = _FunctionWriter(type_, self._operation)
        self._add_bytes(len(groups) * _FIELD_BYTES)
        for key, details in groups.items():
            definition = schema.get_field(type_, details[0].node.name.value)
            if definition is None:
                raise Uncompilable
            field = definition.extensions.get(DEFINITION)
            strawberry_field = field if isinstance(field, StrawberryField) else None
            plan = FieldPlan(key, type_, definition, details, strawberry_field, _not_completed, self._operation.weight)
            # The functions of an abstract type's object types are compiled when the first object of each appears.
            selections: dict[str, SelectionFn] = {}

            def selection_of(
                of: GraphQLObjectType, details: list[FieldDetails] = details, selections: Any = selections
            ) -> SelectionFn:
                if of.name not in selections:
                    selections[of.name] = self._selection(details, of)
                return selections[of.name]  # type: ignore[no-any-return]

            plan.complete = completion(plan, definition.type, selection_of)
            writer.add_field(plan, selection_of)
        select, cls = writer.function(), exact_class(type_)
        if cls is None or self._left_to_core != left_to_core:
            return select
        attributes = cache_key_attributes(type_, groups, schema, self._subfields)
        return select if attributes is None else memoize(select, cls, attributes)

    def _add_bytes(self, count: int) -> None:
        self.bytes += count
        if self.weight is not None:
            self.weight.add(count)


def _not_completed(value: Any, path: ResponsePath, execution: Execution) -> Any:
    raise AssertionError("the plan of a field is completed before it is used")


class _FunctionWriter:
    """Writes the function that returns the selected fields of one object.

    Its parameters are `source`, `path` and `execution`; `v0`, `v1`… are the fields' values and `pending` those of them
    that have to be awaited.
    """

    def __init__(self, type_: GraphQLObjectType, operation: OperationPlan) -> None:
        self._type = type_
        self._operation = operation
        self._namespace: dict[str, Any] = dict(_GLOBALS)
        self._lines = ["def select(source, path, execution):", "    pending = None", "    size = fixed_size"]
        self._fixed_size = 2
        self._keys: list[str] = []

    def _bind(self, prefix: str, value: Any) -> str:
        name = f"{prefix}_{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def add_field(self, plan: FieldPlan, selection_of: Callable[[GraphQLObjectType], SelectionFn]) -> None:
        """Write the lines of one field."""
        key, v = self._bind("key", plan.key), f"v{len(self._keys)}"
        self._keys.append(key)
        self._fixed_size += text_bytes(plan.key) + 4  # quotes, a colon and a comma
        if plan.node.name.value == "__typename":
            self._lines.append(f"    {v} = {self._bind('typename', self._type.name)}")
            self._fixed_size += len(self._type.name)
            return
        bound = self._bind("plan", plan)
        resolve, is_coroutine = resolve_expression(plan, self._operation.schema, self._bind)
        add = f"pending = add_pending(pending, {key}, {v})"
        if is_coroutine:
            steps = [f"{v} = complete_awaitable(execution, {bound}, {resolve}, path)", add]
        else:
            steps = [f"{v} = {resolve}", *self._completion(plan, v, bound, add, selection_of)]
            steps += [
                f"    {v} = complete_uncommon(execution, {bound}, {v}, path)",
                f"    if is_awaitable({v}): {add}",
            ]
        self._lines += ["    try:", *(f"        {step}" for step in steps), "    except Exception as error:"]
        self._lines.append(f"        {v} = handle_field_error(execution, {bound}, error, path, pending)")

    def _completion(
        self, plan: FieldPlan, v: str, bound: str, add: str, selection_of: Callable[[GraphQLObjectType], SelectionFn]
    ) -> list[str]:
        """The lines that complete common values; the last one begins the branch for all others."""
        type_: Any = get_nullable_type(plan.type)
        nullable = not is_non_null_type(plan.type)
        field_path = f"(path, {self._keys[-1]}, {self._bind('parent', self._type.name)})"
        await_value = f"{v} = await_completed(execution, {bound}, {v}, path); {add}"
        steps: list[str] = []
        if is_leaf_type(type_):
            steps = self._leaf(type_, v, bound, add)
        elif is_list_type(type_):
            complete = self._bind("list", plan.complete)
            steps = [f"if type({v}) is list:", f"    {v} = {complete}({v}, {field_path}, execution)"]
            steps.append(f"    if type({v}) is not list: {await_value}")
        elif isinstance(type_, GraphQLObjectType) and (cls := exact_class(type_)) is not None:
            uncast = f" and {self._bind('cast', TYPE_CAST_ATTRIBUTE)} not in {v}.__dict__" if type_.is_type_of else ""
            steps = [f"if type({v}) is {self._bind('class', cls)}{uncast}:"]
            steps.append(f"    {v} = {self._bind('select', selection_of(type_))}({v}, {field_path}, execution)")
            steps.append(f"    if type({v}) is not dict: {await_value}")
        if not steps:
            return [f"if {v} is not None:" if nullable else "if True:"]
        return [*steps, f"elif {v} is not None:" if nullable else "else:"]

    def _leaf(self, type_: Any, v: str, bound: str, add: str) -> list[str]:
        """The lines that complete a scalar or an enum."""
        if condition := identity_condition(type_):
            count = _TEXT_BYTES.format(v=v) if condition == TEXT_CONDITION else f"size += {SCALAR_BYTES}"
            return [f"if {condition.format(v=v)}:", f"    {count}"]
        if isinstance(type_, GraphQLScalarType):
            return [
                f"if type({v}) in LEAF_CLASSES:",
                f"    value = {v}",
                f"    {v} = {self._bind('serialize', type_.coerce_output_value)}(value)",
                f"    if type({v}) not in RESPONSE_CLASSES:",
                f"        {v} = check_scalar(execution, {bound}, value, {v}, path)",
                f"        if is_awaitable({v}): {add}",
                f"    if type({v}) is str: {_TEXT_BYTES.format(v=v)}",
            ]
        if names := enum_names(type_):
            cls = self._bind("enum", type(next(iter(names))))
            self._fixed_size += SCALAR_BYTES
            return [f"if type({v}) is {cls}:", f"    {v} = {self._bind('names', names)}[{v}]"]
        return []

    def function(self) -> SelectionFn:
        """The function of all fields that were added."""
        self._namespace["fixed_size"] = max(self._fixed_size, OBJECT_MIN_BYTES)
        self._lines.append("    execution.budget.spent += size")
        pairs = ", ".join(f"{key}: v{number}" for number, key in enumerate(self._keys))
        self._lines.append(f"    return {{{pairs}}} if pending is None else await_fields({{{pairs}}}, pending)")
        return FunctionType(_code("\n".join(self._lines), self._type.name), self._namespace)


_codes: WeakValueDictionary[bytes, CodeType] = WeakValueDictionary()


def _code(source: str, type_name: str) -> CodeType:
    """The code of a function; selections of the same kinds of fields share it as long as one of them uses it."""
    key = hashlib.sha256(f"{type_name}\n{source}".encode()).digest()
    code = _codes.get(key)
    if code is None:
        module = compile(source, f"<compiled {type_name}>", "exec")  # no text of a client
        (code,) = (constant for constant in module.co_consts if isinstance(constant, CodeType))
        _codes[key] = code
    return code


def _serially(fields: Sequence[SelectionFn]) -> SelectionFn:
    """The function of a mutation's fields, which run one after the other."""

    async def await_rest(
        done: dict[str, Any],
        first: Any,
        spent: int,
        rest: Sequence[SelectionFn],
        path: ResponsePath,
        source: Any,
        execution: Execution,
    ) -> Any:
        add(done, await first, spent, execution)
        for field in rest:
            spent = execution.budget.spent
            found = field(source, path, execution)
            add(done, found if type(found) is dict else await found, spent, execution)
        return done

    def add(done: dict[str, Any], found: dict[str, Any], spent: int, execution: Execution) -> None:
        """Add a field to the response. One that is null after an error leaves the budget to the others."""
        if None in found.values():
            execution.budget.spent = spent
        done.update(found)

    def select(source: Any, path: ResponsePath, execution: Execution) -> Any:
        done: dict[str, Any] = {}
        for number, field in enumerate(fields):
            spent = execution.budget.spent
            found = field(source, path, execution)
            if type(found) is not dict:
                return await_rest(done, found, spent, fields[number + 1 :], path, source, execution)
            add(done, found, spent, execution)
        return done

    return select
