"""The base class of the generated client, over a gql session. ariadne-codegen copies this file into `api/`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from enum import Enum
from typing import Any

from api.base_model import UnsetType, Upload
from gql import FileVar, GraphQLRequest
from gql.client import AsyncClientSession
from pydantic import BaseModel


class OverGql:
    """Sends each operation once, over the session's transport. Errors are gql's."""

    def __init__(self, session: AsyncClientSession) -> None:
        self.session = session

    async def execute(self, query: str, operation_name: str, variables: dict[str, object]) -> dict[str, Any]:
        """The data of a query or a mutation."""
        values = variables_of(variables)
        request = GraphQLRequest(query, variable_values=values, operation_name=operation_name)
        files = bool((values.get("input") or {}).get("attachments"))
        return await self.session.execute(request, upload_files=files)

    def get_data(self, response: dict[str, Any]) -> dict[str, Any]:
        """The data as gql gives it; where there are errors, it has raised them."""
        return response

    async def execute_ws(
        self, query: str, operation_name: str, variables: dict[str, object]
    ) -> AsyncIterator[dict[str, Any]]:
        """The data of each event of a subscription."""
        request = GraphQLRequest(query, variable_values=variables_of(variables), operation_name=operation_name)
        async with aclosing(self.session.subscribe(request)) as events:
            async for data in events:
                yield data


def variables_of(value: Any) -> Any:
    """A value as gql takes it. Unset fields are left out; a file is read from its start at each attempt."""
    match value:
        case BaseModel():
            fields = type(value).model_fields
            return {fields[name].alias or name: variables_of(getattr(value, name)) for name in value.model_fields_set}
        case Mapping():
            return {name: variables_of(item) for name, item in value.items() if not isinstance(item, UnsetType)}
        case list():
            return [variables_of(item) for item in value]
        case Enum():
            return value.value
        case Upload():
            value.content.seek(0)
            return FileVar(value.content, filename=value.filename, content_type=value.content_type)
    return value
