"""What the server needs to know: host, identity, origins, limits of the transports.

What storage needs is in `models/settings.py`.
"""

from pydantic import Field

from models.settings import StorageSettings


class Settings(StorageSettings):
    """All settings; each is `SAISINE_` and its name in capitals."""

    introspection: bool = Field(
        False, description="whether anyone may ask for the schema without a token; always so in the demo"
    )
    demo: bool = Field(False, description="demo logins and GraphiQL: set by `saisine demo`, refused by `saisine serve`")
    oidc_issuer: str = Field("", description="the issuer of the tokens that `saisine serve` trusts")
    oidc_audience: str = Field("saisine", description="the audience that tokens must name")
    allowed_origins: list[str] = Field(
        default_factory=list, description="origins of other sites whose pages may call, as a JSON list"
    )
    body_max_bytes: int = Field(1024 * 1024, ge=1024, description="bytes in a request without files")
    document_max_tokens: int = Field(5_000, ge=100, description="tokens in a GraphQL document")
    document_cache: int = Field(1_000, ge=0, description="documents whose parsing and validation are remembered")
    page_default: int = Field(20, ge=1, le=100, description="rows of a list where neither first nor last is given")
    filter_max: int = Field(100, ge=1, le=1000, description="values in one list of a filter")
    nodes_max: int = Field(100, ge=1, description="ids in one nodes(ids:)")
    connection_init_seconds: float = Field(10, gt=0, description="seconds until connection_init must have come")
    message_max_bytes: int = Field(256 * 1024, ge=1024, description="bytes in one WebSocket message")
    operations_per_connection: int = Field(100, ge=1, description="operations at a time on one WebSocket")
    keep_alive_seconds: float = Field(15, gt=0, description="seconds between signs of life on an idle SSE stream")
    poll_seconds: float = Field(2, gt=0, description="seconds after which the journal is read without a wake-up")
    journal_retention: int = Field(
        100_000, ge=1, description="latest events that a subscription can resume over; before that, CURSOR_EXPIRED"
    )
    events_in_memory: int = Field(5_000, ge=1, description="latest events kept for live subscriptions")
    drain_seconds: float = Field(2, ge=0, description="seconds over which WebSockets are let go at the end")
    shutdown_seconds: int = Field(5, ge=1, description="seconds that running requests are given at the end")
