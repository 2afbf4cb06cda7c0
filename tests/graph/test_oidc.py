"""Tokens of an OpenID Connect issuer, over real HTTP, and `saisine serve` with that issuer."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet, RSAKey

from graph.auth import issuer_keys
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
    monkeypatch.setattr("graph.auth.issuer_keys._RETRY_SECONDS", 0.0)
    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "two"}))
    assert await identity.claims(issuer.token(alg="ES256"))
    known = issuer.token(alg="ES256")
    monkeypatch.setattr("graph.auth.issuer_keys._REFRESH_SECONDS", 0.0)
    issuer.close()
    assert await identity.claims(known)


async def test_keys_older_than_their_largest_age_are_no_longer_trusted(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.auth.issuer_keys._RETRY_SECONDS", 0.0)
    identity = OidcIdentity(issuer.url, AUDIENCE, keys_max_age_seconds=1000)
    token = issuer.token()
    assert await identity.claims(token)
    known = time.monotonic()
    issuer.documents["/keys"] = b"not JSON"
    monkeypatch.setattr("graph.auth.issuer_keys.monotonic", lambda: known + 990)
    assert await identity.claims(token), "by the keys that it has"
    monkeypatch.setattr("graph.auth.issuer_keys.monotonic", lambda: known + 1010)
    with pytest.raises(BadToken):
        await identity.claims(token)
    del issuer.documents["/keys"]
    monkeypatch.setattr("graph.auth.issuer_keys.monotonic", lambda: known + 1020)
    assert await identity.claims(token), "by new keys"


@pytest.mark.parametrize(
    "documents",
    [
        {"/keys": "https://elsewhere.example/keys"},
        {"/keys": "{url}/others", "/others": "{keys}"},
        {"/.well-known/openid-configuration": '{"issuer": "{url}", "jwks_uri": "http://192.0.2.1/keys"}'},
        {"/.well-known/openid-configuration": '{"issuer": "{url}", "jwks_uri": "file:///etc/passwd"}'},
        {"/.well-known/openid-configuration": '{"issuer": "{url}", "jwks_uri": ["{url}/keys"]}'},
        {"/.well-known/openid-configuration": '{"issuer": "https://elsewhere.example", "jwks_uri": "{url}/keys"}'},
        {"/.well-known/openid-configuration": "[]"},
        {"/keys": '{"keys": [{keys_one}' + " " * 300_000 + "]}"},
        {"/keys": '{"keys": []}'},
        {"/keys": '{"keys": 5}'},
        {"/keys": '{"keys": [' + ",".join(["{keys_one}"] * 101) + "]}"},
    ],
    ids=lambda documents: next(iter(documents.items()))[1][:60],
)
async def test_keys_that_cannot_be_trusted_are_not_taken(issuer: Issuer, documents: dict[str, str]) -> None:
    keys = KeySet([*issuer.keys]).as_dict(private=False)
    for path, text in documents.items():
        filled = text.replace("{url}", issuer.url).replace("{keys}", json.dumps(keys))
        filled = filled.replace("{keys_one}", json.dumps(keys["keys"][0]))
        issuer.documents[path] = filled if filled.startswith("http") else filled.encode()
    with pytest.raises(BadToken):
        await OidcIdentity(issuer.url, AUDIENCE).claims(issuer.token())


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://id.example", True),
        ("http://127.0.0.1:8080/realms/a", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://id.example", False),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@id.example", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
        ("https://user:secret@id.example", False),
        ("https://", False),
        ("ftp://id.example", False),
        ("https://id.example:port", False),
    ],
)
def test_only_https_and_this_machine_are_trusted(url: str, trusted: bool) -> None:
    assert (issuer_keys.reason_not_to_trust(url) is None) is trusted


def test_serve_does_not_start_with_an_issuer_over_http(tmp_path: Path) -> None:
    server = Server(tmp_path, oidc_issuer="http://id.example")
    assert server.command("migrate").returncode == 0
    refused = server.command("serve", "--port", str(server.port))
    assert refused.returncode == 2
    assert "SAISINE_OIDC_ISSUER" in refused.stderr
    assert "https://" in refused.stderr


@pytest.mark.parametrize("typ", ["logout+jwt", "LOGOUT+JWT", "secevent+jwt", "dpop+jwt", "refresh+jwt", "JOSE", ""])
async def test_a_token_of_a_type_that_proves_no_login_is_refused(issuer: Issuer, typ: str) -> None:
    with pytest.raises(BadToken):
        await OidcIdentity(issuer.url, AUDIENCE).claims(issuer.token(typ=typ))


_OTHER_KINDS: list[dict[str, Any]] = [
    {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    {"events": {}},
    {"claim_typ": "Refresh"},
    {"claim_typ": "Logout"},
    {"claim_typ": "Offline"},
]


async def test_access_tokens_and_id_tokens_are_accepted_and_logout_and_refresh_tokens_not(issuer: Issuer) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    for typ in ("JWT", "jwt", "at+jwt", "application/at+jwt", None):
        assert await identity.claims(issuer.token(typ=typ))
    for claims in _OTHER_KINDS:
        with pytest.raises(BadToken):
            await identity.claims(issuer.token(**claims))


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
