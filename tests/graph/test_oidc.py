"""Logins by OpenID Connect: an issuer over real HTTP, and `saisine serve` that trusts it."""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from graph.auth import BadToken
from graph.oidc import OidcIdentity
from tests.serving import Server

AUDIENCE = "saisine"


class Issuer:
    """An OpenID Connect issuer: discovery, keys, and a pen."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "one"})]
        self.asked = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                documents = {
                    "/.well-known/openid-configuration": {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"},
                    "/keys": KeySet(issuer.keys).as_dict(private=False),
                }
                found = documents.get(self.path)
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def token(self, key: Any = None, alg: str = "RS256", **claims: Any) -> str:
        key = key or self.keys[-1]
        now = int(time.time())
        given = {"iss": self.url, "aud": AUDIENCE, "sub": "agent-1", "exp": now + 60, **claims}
        kept = {name: value for name, value in given.items() if value is not None}
        return jwt.encode({"alg": alg, "kid": key.kid}, kept, key, algorithms=[alg])


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.close()


async def test_a_token_of_the_issuer_is_believed_and_its_keys_are_asked_for_once(issuer: Issuer) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    for _ in range(3):
        assert (await identity.claims(issuer.token()))["sub"] == "agent-1"
    assert issuer.asked == 2, "discovery and keys"


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
async def test_a_token_with_a_wrong_claim_is_not_believed(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        await OidcIdentity(issuer.url, AUDIENCE).claims(issuer.token(**claims))


async def test_a_forged_token_is_not_believed(issuer: Issuer) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    # Signed with the published key as if it were a shared secret, after the head says so.
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    signed = head + b"." + issuer.token().split(".")[1].encode()
    mac = hmac.digest(issuer.keys[0].as_pem(private=False), signed, "sha256")
    confused = (signed + b"." + urlsafe_b64encode(mac).rstrip(b"=")).decode()
    unsigned = issuer.token().rsplit(".", 1)[0] + "."
    forged = [issuer.token(stranger), confused, unsigned, "a.b.c", "", "é", "..", "{}"]
    for token in forged:
        with pytest.raises(BadToken):
            await identity.claims(token)


async def test_a_new_key_is_picked_up_and_an_outage_survived_for_known_ones(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = OidcIdentity(issuer.url, AUDIENCE)
    assert await identity.claims(issuer.token())
    monkeypatch.setattr("graph.oidc._RETRY_SECONDS", 0.0)
    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "two"}))
    assert await identity.claims(issuer.token(alg="ES256"))
    known = issuer.token(alg="ES256")
    monkeypatch.setattr("graph.oidc._REFRESH_SECONDS", 0.0)
    issuer.close()
    assert await identity.claims(known)


async def test_serve_lets_in_whom_the_issuer_names_and_the_directory_knows(issuer: Issuer, tmp_path: Path) -> None:
    server = Server(tmp_path, oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    assert server.command("migrate").returncode == 0
    assert server.command("generate", "--tickets", "50").returncode == 0
    server.start("serve")
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:

            async def ask(token: str, query: str = "{ viewer { user { displayName } } }") -> httpx.Response:
                headers = {"Authorization": f"Bearer {token}"}
                return await client.post("/graphql", json={"query": query}, headers=headers)

            assert (await ask(issuer.token())).json()["data"]["viewer"]["user"]["displayName"] == "Camille Renard"
            assert (await ask(issuer.token(sub="unknown"))).status_code == 401
            assert (await ask(issuer.token(exp=1))).status_code == 401
            counts = (await ask(issuer.token(), "{ tabs { count } }")).json()["data"]["tabs"]
            assert sum(row["count"] for row in counts) > 0
            # What the demo is for is not there.
            assert (await client.get("/graphql", headers={"Accept": "text/html"})).status_code == 404
            assert (await client.post("/graphql", json={"query": "{ __schema { types { name } } }"})).status_code == 401
    finally:
        assert server.stop() == 0
