"""Tokens of an OpenID Connect issuer, over real HTTP, and `saisine serve` with that issuer."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from graph.auth.oidc import OidcIdentity
from graph.auth.tokens import BadToken
from tests.live import in_production
from tests.support.issuer import AUDIENCE, Issuer
from tests.support.server import Server


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.close()


async def test_a_valid_token_is_accepted_and_the_keys_are_fetched_once(issuer: Issuer) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    for _ in range(3):
        assert (await identity.claims(issuer.token()))["sub"] == "agent-1"
    assert issuer.requests == 2, "discovery and keys"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "someone-else"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"exp": None},
        {"sub": None},
        {"aud": None},
        {"iss": None},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        await OidcIdentity(issuer.url, AUDIENCE).claims(issuer.token(**claims))


async def test_a_forged_token_is_refused(issuer: Issuer) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    # Signed by HMAC with the published key, as if it were a shared secret.
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    signed = head + b"." + issuer.token().split(".")[1].encode()
    mac = hmac.digest(issuer.keys[0].as_pem(private=False), signed, "sha256")
    confused = (signed + b"." + urlsafe_b64encode(mac).rstrip(b"=")).decode()
    unsigned = issuer.token().rsplit(".", 1)[0] + "."
    forged = [issuer.token(stranger), confused, unsigned, "a.b.c", "", "é", "..", "{}"]
    for token in forged:
        with pytest.raises(BadToken):
            await identity.claims(token)


async def test_a_new_key_is_fetched_and_known_keys_survive_an_outage(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    assert await identity.claims(issuer.token())
    monkeypatch.setattr("graph.auth.oidc._RETRY_SECONDS", 0.0)
    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "two"}))
    assert await identity.claims(issuer.token(alg="ES256"))
    known = issuer.token(alg="ES256")
    monkeypatch.setattr("graph.auth.oidc._REFRESH_SECONDS", 0.0)
    issuer.close()
    assert await identity.claims(known)


async def test_serve_accepts_a_token_whose_subject_is_in_the_directory(issuer: Issuer, tmp_path: Path) -> None:
    server = Server(tmp_path, issuer=issuer)
    assert server.command("migrate").returncode == 0
    assert server.command("generate", "--tickets", "50").returncode == 0
    server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:

            async def post(token: str, query: str = "{ viewer { user { displayName } } }") -> httpx.Response:
                headers = {"Authorization": f"Bearer {token}"}
                return await client.post("/graphql", json={"query": query}, headers=headers)

            assert (await post(issuer.token())).json()["data"]["viewer"]["user"]["displayName"] == "Camille Renard"
            assert (await post(issuer.token(sub="unknown"))).status_code == 401
            assert (await post(issuer.token(exp=1))).status_code == 401
            counts = (await post(issuer.token(), "{ tabs { count } }")).json()["data"]["tabs"]
            assert sum(row["count"] for row in counts) > 0
            # GraphiQL and introspection are off.
            assert (await client.get("/graphql", headers={"Accept": "text/html"})).status_code == 404
            assert (await client.post("/graphql", json={"query": "{ __schema { types { name } } }"})).status_code == 401
    finally:
        assert server.stop() == 0


async def test_only_the_configured_claim_names_the_login(issuer: Issuer, tmp_path: Path) -> None:
    with in_production(tmp_path, issuer, oidc_login_claim="preferred_username") as server:
        async with server.client(None) as client:
            for claims, status in (
                ({"sub": "77", "preferred_username": "agent-1"}, 200),
                ({"sub": "agent-1"}, 401), ({"sub": "agent-1", "preferred_username": "nobody"}, 401),
                ({"sub": "agent-1", "preferred_username": ["agent-1"]}, 401), ({"preferred_username": ""}, 401),
            ):  # fmt: skip
                token = {"Authorization": f"Bearer {issuer.token(**claims)}"}
                response = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=token)
                assert response.status_code == status, claims
