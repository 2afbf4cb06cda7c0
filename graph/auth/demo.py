"""The identity of the demo: tokens of the demo logins, signed with a key in the data directory."""

import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.jwt import JWTClaimsRegistry

from graph.auth.tokens import TOKEN_ERRORS, BadToken, check_kind
from models.private_files import make_folder, open_private

DEMO_ISSUER = "saisine-demo"
DEMO_AUDIENCE = "saisine"
DEMO_LOGINS = (
    "agent-1", "agent-2", "service-agent", "reader", "other-agent", "support", "requester", "colleague",
    "other-requester",
)  # fmt: skip
_ALGORITHM = "ES256"


class DemoIdentity:
    """Signs and verifies tokens of the demo logins, with a key made at the first start."""

    leeway = 0  # the same clock signs and verifies

    def __init__(self, data_dir: Path) -> None:
        self._key = _load_or_create_key(data_dir / "demo-key.json")
        self._registry = JWTClaimsRegistry(
            leeway=self.leeway,
            iss={"essential": True, "value": DEMO_ISSUER},
            aud={"essential": True, "value": DEMO_AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that this demo signed. Errors: BadToken."""
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            check_kind(decoded.header)
            self._registry.validate(decoded.claims)
        except TOKEN_ERRORS as error:
            raise BadToken(type(error).__name__) from error
        return dict(decoded.claims)

    def token(self, login: str, ttl: int) -> str:
        """A token for a login, valid for `ttl` seconds."""
        now = int(time.time())
        claims = {"iss": DEMO_ISSUER, "aud": DEMO_AUDIENCE, "sub": login, "iat": now, "exp": now + ttl}
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key)


def _load_or_create_key(path: Path) -> ECKey:
    """The key in the file, created if missing. If two processes create it at once, both use the first one's."""
    if not path.exists():
        make_folder(path.parent)
        created = path.with_suffix(f".{secrets.token_hex(4)}")
        with open(created, "x", encoding="utf-8", opener=open_private) as file:
            json.dump(ECKey.generate_key("P-256").as_dict(private=True), file)
        try:
            os.link(created, path)
        except FileExistsError:
            pass
        finally:
            created.unlink()
    return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
