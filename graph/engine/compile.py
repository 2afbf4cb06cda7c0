"""From an operation of a document to a Python function that answers it.

One function for each object that is asked for, with all its fields in a row: what a field mostly gives is tested for
and written in place, everything else goes to `complete.py`. Only text of ours and names of the schema's Python stand in
the source; what comes from a client (names, aliases, values) is bound to the function as objects.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, Flag
from functools import lru_cache
from types import CodeType
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from graph.engine.complete import (
    await_completed,
    await_fields,
    check_scalar,
    complete_awaitable,
    complete_uncommon,
    completion,
    handle_field_error,
    wait,
)
from graph.engine.object_cache import PLAIN, WRITTEN, class_of, once
from graph.engine.plan import (
    DEFINITION,
    Execution,
    FieldPlan,
    OperationPlan,
    ResponsePath,
    SelectionFn,
    path,
    same_for_of,
)
from graph.engine.resolve import is_plain, resolving

_HELPERS = {
    "PLAIN": PLAIN, "WRITTEN": WRITTEN, "fail": handle_field_error, "gathered": await_fields,
    "is_awaitable": is_awaitable, "later": complete_awaitable, "odd": complete_uncommon, "settle": await_completed,
    "wait": wait, "written": check_scalar,
}  # fmt: skip
_IN_PLACE: dict[Any, str] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and {v} - {v} == 0",  # finite
    GraphQLBoolean: "type({v}) is bool",
    str: "type({v}) is str",
}
"""What is written as it is, by its type or by what would write it."""


_DEEPEST = 40


class Uncompilable(Exception):
    """Something in the document that is left to graphql-core altogether."""


class Compiler:
    """Compiles one operation under one choice of its conditional fields, at most `budget` fields of it: what lies
    beyond is run by graphql-core from there on."""

    def __init__(self, program: OperationPlan, variables: VariableValues, budget: int) -> None:
        self._program = program
        self._variables = variables
        self._budget = budget
        self._depth = 0

    def operation(self) -> SelectionFn:
        """The function of the whole operation. Errors: Uncompilable."""
        program = self._program
        root = program.schema.get_root_type(program.operation.operation)
        if root is None:
            raise Uncompilable
        groups = self._groups(
            collect_fields(program.schema, program.fragments, self._variables, root, program.operation)
        )
        if program.operation.operation is OperationType.MUTATION:
            return _one_by_one([self._object(root, {key: details}) for key, details in groups.items()])
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
        program = self._program
        return self._groups(
            collect_subfields(program.schema, program.fragments, self._variables, program.operation, type_, details)
        )

    def _select(self, details: list[FieldDetails], type_: GraphQLObjectType) -> SelectionFn:
        """The function of what a field selects of an object."""
        if self._budget > 0 and self._depth < _DEEPEST and not type_.name.startswith("__"):
            groups = self._subfields(type_, details)
            self._budget -= sum(map(len, groups.values()))
            if self._budget >= 0:
                self._depth += 1
                try:
                    return self._object(type_, groups)
                finally:
                    self._depth -= 1

        def by_core(source: Any, way: ResponsePath, run: Execution) -> Any:
            return run.core.collect_and_execute_subfields(type_, details, path(way), source, None)  # type: ignore[arg-type]

        return by_core

    def _object(self, type_: GraphQLObjectType, groups: Mapping[str, list[FieldDetails]]) -> SelectionFn:
        writer = _Writer(type_)
        for key, details in groups.items():
            definition = self._program.schema.get_field(type_, details[0].node.name.value)
            if definition is None:
                raise Uncompilable
            field = definition.extensions.get(DEFINITION)
            plan = FieldPlan(
                key, type_, definition, details, field if isinstance(field, StrawberryField) else None, _not_yet
            )
            # Each object that the field may give has its function; an abstract type's are made as they come.
            selects: dict[str, SelectionFn] = {}

            def select(
                of: GraphQLObjectType, details: list[FieldDetails] = details, selects: Any = selects
            ) -> SelectionFn:
                if of.name not in selects:
                    selects[of.name] = self._select(details, of)
                return selects[of.name]  # type: ignore[no-any-return]

            plan.complete = completion(plan, definition.type, select)
            writer.field(plan, self._program, select)
        function, cls = writer.function(), class_of(type_)
        names = None if cls is None else self._same_for(type_, cls, groups)
        return function if cls is None or names is None else once(function, cls, names)

    def _same_for(
        self, type_: GraphQLObjectType, cls: type | None, groups: Mapping[str, list[FieldDetails]]
    ) -> set[str] | None:
        """What of the context the selected fields of an object depend on; None where they depend on more than that."""
        said = None if cls is None else same_for_of(cls)
        if said is None:
            return None
        names, program = set(said[0]), self._program
        for details in groups.values():
            name = details[0].node.name.value
            if name == "__typename":
                continue
            definition = program.schema.get_field(type_, name)
            assert definition is not None  # noqa: S101 - its function is written already
            field = definition.extensions.get(DEFINITION)
            if (
                not isinstance(field, StrawberryField)
                or field.python_name in said[1]
                or definition.args
                or field.is_async
                or not is_plain(field, definition.resolve, program.schema)
            ):
                return None
            of = get_named_type(definition.type)
            if is_leaf_type(of):
                continue
            below = self._same_for(of, class_of(of), self._subfields(of, details)) if is_object_type(of) else None
            if below is None:
                return None
            names |= below
        return names


def _not_yet(value: Any, way: ResponsePath, run: Execution) -> Any:
    raise AssertionError("a plan is completed before it is used")


class _Writer:
    """Writes the function of one object's fields."""

    def __init__(self, type_: GraphQLObjectType) -> None:
        self._type = type_
        self._space: dict[str, Any] = dict(_HELPERS)
        self._lines = ["def select(s, p, r):", "    w = None"]
        self._keys: list[str] = []

    def _bind(self, kind: str, value: Any) -> str:
        name = f"{kind}_{len(self._space)}"
        self._space[name] = value
        return name

    def field(
        self, plan: FieldPlan, program: OperationPlan, select: Callable[[GraphQLObjectType], SelectionFn]
    ) -> None:
        """Write one field."""
        key, v = self._bind("key", plan.key), f"v{len(self._keys)}"
        self._keys.append(key)
        if plan.node.name.value == "__typename":
            self._lines.append(f"    {v} = {self._bind('typename', self._type.name)}")
            return
        bound = self._bind("plan", plan)
        resolve, is_coroutine = resolving(plan, program.schema, self._bind)
        awaits = f"{v} = settle(r, {bound}, {v}, p); w = wait(w, {key}, {v})"
        if is_coroutine:
            steps = [f"{v} = later(r, {bound}, {resolve}, p)", f"w = wait(w, {key}, {v})"]
        else:
            way = f"(p, {key}, {self._bind('parent', self._type.name)})"
            steps = [f"{v} = {resolve}", *self._completing(plan, v, bound, way, awaits, select)]
            steps += [f"    {v} = odd(r, {bound}, {v}, p)", f"    if is_awaitable({v}): w = wait(w, {key}, {v})"]
        self._lines += ["    try:", *(f"        {step}" for step in steps)]
        self._lines += ["    except Exception as e:", f"        {v} = fail(r, {bound}, e, p, w)"]

    def _completing(
        self,
        plan: FieldPlan,
        v: str,
        bound: str,
        way: str,
        awaits: str,
        select: Callable[[GraphQLObjectType], SelectionFn],
    ) -> list[str]:
        """The lines that write what the field mostly gives; the last begins the branch for everything else."""
        type_: Any = get_nullable_type(plan.type)
        nullable = not is_non_null_type(plan.type)
        steps: list[str] = []
        if is_leaf_type(type_):
            steps = self._leaf(type_, v, bound)
        elif is_list_type(type_):
            steps = [f"if type({v}) is list:", f"    {v} = {self._bind('list', plan.complete)}({v}, {way}, r)"]
            steps.append(f"    if type({v}) is not list: {awaits}")
        elif isinstance(type_, GraphQLObjectType) and (cls := class_of(type_)) is not None:
            uncast = f" and {self._bind('cast', TYPE_CAST_ATTRIBUTE)} not in {v}.__dict__" if type_.is_type_of else ""
            steps = [f"if type({v}) is {self._bind('class', cls)}{uncast}:"]
            steps.append(f"    {v} = {self._bind('select', select(type_))}({v}, {way}, r)")
            steps.append(f"    if type({v}) is not dict: {awaits}")
        if not steps:
            return [f"if {v} is not None:" if nullable else "if True:"]
        return [*steps, f"elif {v} is not None:" if nullable else "else:"]

    def _leaf(self, type_: Any, v: str, bound: str) -> list[str]:
        """The lines that write a scalar or an enum."""
        if type_ in _IN_PLACE or type_.coerce_output_value in _IN_PLACE:
            test = _IN_PLACE[type_ if type_ in _IN_PLACE else type_.coerce_output_value]
            return [f"if {test.format(v=v)}:", "    pass"]
        if isinstance(type_, GraphQLScalarType):
            return [
                f"if type({v}) in PLAIN:",
                f"    x = {v}",
                f"    {v} = {self._bind('write', type_.coerce_output_value)}(x)",
                f"    if type({v}) not in WRITTEN:",
                f"        {v} = written(r, {bound}, x, {v}, p)",
                f"        if is_awaitable({v}): w = wait(w, {self._keys[-1]}, {v})",
            ]
        if names := _names(type_):
            cls = self._bind("enum", type(next(iter(names))))
            return [f"if type({v}) is {cls}:", f"    {v} = {self._bind('names', names)}[{v}]"]
        return []

    def function(self) -> SelectionFn:
        """The function of all the fields."""
        pairs = ", ".join(f"{key}: v{number}" for number, key in enumerate(self._keys))
        self._lines.append(f"    return {{{pairs}}} if w is None else gathered({{{pairs}}}, w)")
        exec(_code("\n".join(self._lines), self._type.name), self._space)  # noqa: S102 - see above
        return self._space["select"]  # type: ignore[no-any-return]


@lru_cache(maxsize=500)
def _code(source: str, type_name: str) -> CodeType:
    """A function's code; that of fields of the same kind is the same."""
    return compile(source, f"<compiled {type_name}>", "exec")


def _names(type_: GraphQLEnumType) -> dict[Any, str] | None:
    """What each value of an enum is written as, where they are members of one Python enum."""
    cls = getattr(type_, "wrapped_cls", None)
    if not (isinstance(cls, type) and issubclass(cls, Enum)) or issubclass(cls, Flag):
        return None
    if cls.__eq__ not in (object.__eq__, str.__eq__, int.__eq__):
        return None
    try:
        return {member: type_.coerce_output_value(member) for member in cls}
    except Exception:
        return None


def _one_by_one(fields: Sequence[SelectionFn]) -> SelectionFn:
    """The fields of a mutation, one after the other."""

    async def rest(
        done: dict[str, Any], first: Any, others: Sequence[SelectionFn], way: ResponsePath, source: Any, run: Execution
    ) -> Any:
        done.update(await first)
        for field in others:
            found = field(source, way, run)
            done.update(found if type(found) is dict else await found)
        return done

    def select(source: Any, way: ResponsePath, run: Execution) -> Any:
        done: dict[str, Any] = {}
        for number, field in enumerate(fields):
            found = field(source, way, run)
            if type(found) is not dict:
                return rest(done, found, fields[number + 1 :], way, source, run)
            done.update(found)
        return done

    return select
