"""An OpenID Connect issuer over real HTTP, for the tests and load tools that run `saisine serve`."""

import base64
import hashlib
import json
import secrets
import threading
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

AUDIENCE = "saisine"


class Issuer:
    """An OpenID Connect issuer: discovery, keys, signed tokens, and a login page (authorization code with PKCE)."""

    def __init__(self) -> None:
        self.keys: list[RSAKey | ECKey] = [RSAKey.generate_key(2048, {"kid": "one"})]
        self.requests = 0
        self.audience = AUDIENCE
        """The audience of the tokens that the login page leads to."""
        self.codes: dict[str, dict[str, str]] = {}
        self.logouts: list[dict[str, str]] = []
        """The parameters of each logout."""
        self.documents: dict[str, str | bytes] = {}
        """What is answered at some paths in place of the issuer's own documents."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests += 1
                address = urlsplit(self.path)
                documents = {
                    "/.well-known/openid-configuration": {
                        "issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys",
                        "authorization_endpoint": f"{issuer.url}/authorize", "token_endpoint": f"{issuer.url}/token",
                        "end_session_endpoint": f"{issuer.url}/logout",
                    },
                    "/keys": KeySet([*issuer.keys]).as_dict(private=False),
                }  # fmt: skip
                if address.path == "/authorize":
                    return self._answer(200, issuer.page(dict(parse_qsl(address.query))), "text/html; charset=utf-8")
                if address.path == "/logout":
                    issuer.logouts.append(dict(parse_qsl(address.query)))
                    return self._redirect(issuer.logouts[-1]["post_logout_redirect_uri"])
                if self.path in issuer.documents:
                    other = issuer.documents[self.path]
                    return self._redirect(other) if isinstance(other, str) else self._answer(200, other.decode())
                found = documents.get(self.path)
                return self._answer(200 if found else 404, json.dumps(found))

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                given = dict(parse_qsl(self.rfile.read(size).decode()))
                if self.path == "/authorize":
                    return self._redirect(issuer.logged_in(given))
                tokens = issuer.exchanged(given)
                return self._answer(200 if tokens else 400, json.dumps(tokens or {"error": "invalid_grant"}))

            def _redirect(self, to: str) -> None:
                self.send_response(303)
                self.send_header("Location", to)
                self.end_headers()

            def _answer(self, status: int, text: str, kind: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def token(
        self, key: Any = None, alg: str = "RS256", typ: str | None = None, claim_typ: str | None = None, **claims: Any
    ) -> str:
        key = key or self.keys[-1]
        now = int(time.time())
        given = {"iss": self.url, "aud": AUDIENCE, "sub": "agent-1", "exp": now + 60, "typ": claim_typ, **claims}
        present = {name: value for name, value in given.items() if value is not None}
        header = {"alg": alg, "kid": key.kid, **({} if typ is None else {"typ": typ})}
        return jwt.encode(header, present, key, algorithms=[alg])

    def page(self, request: dict[str, str]) -> str:
        """The login page, for a valid authorization request."""
        assert (request["response_type"], request["code_challenge_method"]) == ("code", "S256"), request
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(request[name])}">' for name in request)
        form = f'{hidden}<label>Login <input name="login"></label><button>Log in</button>'
        return f'<link rel="icon" href="data:,"><form method="post" action="/authorize">{form}</form>'

    def logged_in(self, given: dict[str, str]) -> str:
        """The redirect URI after a login, with a code."""
        code = secrets.token_urlsafe()
        self.codes[code] = given
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def exchanged(self, given: dict[str, str]) -> dict[str, object] | None:
        """The tokens for a code: once, and only with the verifier of its challenge (PKCE)."""
        request = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if request is None or request["code_challenge"] != challenge or request["client_id"] != given["client_id"]:
            return None
        ends: dict[str, Any] = {"sub": request["login"], "exp": int(time.time()) + 3600}
        return {
            "access_token": self.token(**ends, aud=self.audience),
            "id_token": self.token(**ends, aud=given["client_id"], iat=int(time.time())),
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": request["scope"],
        }
