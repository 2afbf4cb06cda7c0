"""Attacks that need nothing but the outside, against `saisine serve` with its defaults."""

import httpx
import pytest

from tests.support.attack import Target

pytestmark = pytest.mark.attack


def test_documents_over_their_limits_cost_nobody_anything(target: Target) -> None:
    large = ["{" + " a" * 2_000 + "}", "{a" * 3_000, "{ a" + "(b: [[[[" * 2_000, "query A { __typename } " * 500]
    with target.attacked() as attack, httpx.Client(base_url=target.url, headers=target.bearer()) as client:
        for _ in range(50):
            for query in large:
                assert client.post("/graphql", json={"query": query}).json()["errors"]
    print(attack)
    attack.check()
