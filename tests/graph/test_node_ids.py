"""Ids of objects are opaque, and decoding what a client sends leaves nothing in memory."""

import base64
from typing import get_args

import pytest
from graphql import GraphQLObjectType

from graph import node_ids
from graph.node_ids import UNKNOWN_ID, Kind, decode, encode, row_of
from graph.schema import schema


def test_every_type_with_an_id_is_decoded() -> None:
    with_ids = {
        type_.name
        for type_ in schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and any(each.name == "Node" for each in type_.interfaces)
    }
    assert set(get_args(Kind)) == with_ids
    for kind in get_args(Kind):
        assert decode(encode(kind, 2**63 - 1)) == (kind, 2**63 - 1)
        assert row_of(kind, encode(kind, 7)) == 7


def text_of(content: str) -> str:
    return base64.b64encode(content.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "node_id",
    [
        "", "?", "Ticket:1", text_of("Ticket:0"), text_of("Ticket:-1"), text_of("Ticket:01"), text_of("Ticket: 1"),
        text_of("Ticket:1_0"), text_of("Ticket:١"), text_of(f"Ticket:{2**63}"), text_of("Desk:1"), text_of(":1"),
        encode("Ticket", 1) + "=", text_of("Ticket:" + "1" * 200), text_of("Ticket" * 100_000 + ":1"), "A" * 1_000_000,
    ],
    ids=lambda node_id: node_id[:20],
)  # fmt: skip
def test_malformed_and_foreign_ids_are_unknown(node_id: str) -> None:
    assert decode(node_id) == ("", UNKNOWN_ID)
    assert row_of("Ticket", node_id) == UNKNOWN_ID


def test_ids_that_a_client_sends_are_not_cached() -> None:
    before = node_ids.encode.cache_info().currsize
    for number in range(1, 100):
        decode(text_of(f"Ticket:{10**9 + number}"))
        decode(text_of(f"Kind{number}:{number}"))
    assert node_ids.encode.cache_info().currsize == before
