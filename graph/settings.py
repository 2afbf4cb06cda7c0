"""The settings of the server: identity, origins, limits, live delivery, engine.

Those of the database, the broker and the attachments are in `models/settings.py`.
"""

from typing import Literal

from pydantic import Field

from models.settings import StorageSettings


class Settings(StorageSettings):
    """All settings; each is `SAISINE_` and its name in capitals."""

    oidc_issuer: str = Field(
        "",
        description="the OpenID Connect issuer whose tokens `saisine serve` trusts: https:// but on this machine",
        json_schema_extra={"heading": "Logging in"},
    )
    oidc_audience: str = Field("saisine", description="the audience that tokens must name")
    oidc_login_claim: str = Field(
        "sub", min_length=1, description="the claim of a token that holds the login of the directory"
    )
    oidc_keys_max_age_seconds: int = Field(
        86_400,
        ge=60,
        description="seconds that the issuer's keys stay trusted while they can't be fetched again",
    )
    oidc_client_id: str = Field(
        "", description="the agent console's client id at the issuer; empty: the console offers no login"
    )
    demo: bool = Field(False, description="demo logins and GraphiQL: set by `saisine demo`, refused by `saisine serve`")

    allowed_origins: list[str] = Field(
        default_factory=list,
        description="origins of other sites whose pages may call the server, as a JSON list",
        json_schema_extra={"heading": "Browsers"},
    )
    hsts_seconds: int = Field(
        31_536_000,
        ge=0,
        description="Strict-Transport-Security: seconds for which browsers use https only; 0: not sent",
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="hosts that requests may name in `Host`, each with or without a port, as a JSON list; "
        "empty: any host",
    )
    console_dir: str = Field(
        "", description="the folder of the built agent console; empty: the one that `make console` builds"
    )
    graphiql: bool = Field(False, description="whether GraphiQL is served; always so in the demo")

    introspection: bool = Field(
        False,
        description="whether anyone may introspect the schema, even without a token; always so in the demo",
        json_schema_extra={"heading": "Schema and trusted documents"},
    )
    trusted_documents: Literal["off", "allow", "only"] = Field(
        "off", description="documents by id: off, allow (other documents run, too), only (no others run)"
    )
    trusted_documents_manifest: str = Field(
        "", description="the JSON file of trusted documents, id to text, as graphql-codegen's client preset writes it"
    )

    body_max_bytes: int = Field(
        1024 * 1024,
        ge=1024,
        description="bytes in a request without files",
        json_schema_extra={"heading": "Requests"},
    )
    anonymous_body_max_bytes: int = Field(
        128 * 1024, ge=1024, description="bytes in a request without a token, where anyone may introspect the schema"
    )
    anonymous_max_documents: int = Field(
        20, ge=1, description="documents of requests without a token that are prepared at a time; above it, 429"
    )
    response_max_bytes: int = Field(
        8 * 1024 * 1024,
        ge=1024,
        description="bytes in a response, in all responses of a batch, or in an event of a subscription",
    )
    batch_max_operations: int = Field(0, ge=0, description="operations in one HTTP request; 0: no batches")
    execution_timeout_seconds: float = Field(30, gt=0, description="seconds that a query or an action may take")
    readiness_timeout_seconds: float = Field(
        1.5, gt=0, description="seconds that /health/ready waits for the database before it answers 503"
    )
    operation_max_cost: int = Field(
        20_000, ge=1, description="rows that one operation may select: those of nested lists are multiplied"
    )
    search_cost: int = Field(
        100, ge=1, description="rows that a search counts as in an operation; twice as many if its results are counted"
    )
    variables_max_values: int = Field(2_000, ge=1, description="values in the variables of a request, at any depth")
    filter_max_values: int = Field(100, ge=1, le=1000, description="values in one list of a filter")
    nodes_max_ids: int = Field(100, ge=1, description="ids in one nodes(ids:)")
    page_default_rows: int = Field(20, ge=1, le=100, description="rows of a list without first and last")

    document_max_characters: int = Field(
        50_000,
        ge=100,
        description="characters in a GraphQL document",
        json_schema_extra={"heading": "Size of a GraphQL document"},
    )
    document_max_tokens: int = Field(1_000, ge=100, description="tokens in a GraphQL document")
    document_max_definitions: int = Field(50, ge=1, description="operations and fragments in a document")
    document_max_depth: int = Field(
        20, ge=1, le=50, description="levels of fields, or of a value, in a document or variables"
    )
    document_max_spreads: int = Field(100, ge=0, description="fragment spreads in a document")
    document_max_directives: int = Field(50, ge=0, description="directives in a document")
    document_max_directives_per_place: int = Field(4, ge=0, description="directives on one field or fragment")
    document_max_values: int = Field(500, ge=1, description="values written in a document; others go as variables")
    document_max_fields: int = Field(500, ge=1, description="fields in a document, those of its fragments included")
    document_max_root_fields: int = Field(20, ge=1, description="fields at the root of one operation")
    document_max_aliases: int = Field(30, ge=0, description="aliases in a document, those of its fragments included")
    document_max_repeats: int = Field(50, ge=1, description="selections of the same field at one place")

    actions_per_minute: int = Field(
        1_200,
        ge=0,
        description="actions of one viewer a minute; 0: any number",
        json_schema_extra={"heading": "Limits of one viewer or address"},
    )
    actions_burst: int = Field(300, ge=1, description="actions of one viewer at once")
    uploads_per_viewer: int = Field(
        4, ge=0, description="requests with files of one viewer at a time, in each process; 0: any number"
    )
    subscriptions_per_viewer: int = Field(1_000, ge=0, description="subscriptions of one viewer; 0: any number")
    subscriptions_max_cost_per_viewer: int = Field(
        20_000,
        ge=0,
        description="rows that all subscriptions of one viewer may select at an event, counted as for "
        "`OPERATION_MAX_COST`; 0: any number",
    )
    websockets_per_viewer: int = Field(100, ge=0, description="WebSockets of one viewer; 0: any number")
    connections_per_address: int = Field(
        1_000,
        ge=0,
        description="connections of one client address (IPv6: of one /64), at most half of `CONNECTIONS_MAX`; 0: any "
        "number; above it, its longest idle connection is closed, else a request gets 429 with `Retry-After` and a "
        "WebSocket is closed with 1013; behind a trusted proxy, its requests and WebSockets count instead",
    )
    bodies_per_address_max_bytes: int = Field(
        8 * 1024 * 1024,
        ge=0,
        description="bytes of unfinished JSON requests of one client address; above it, 429; 0: any number",
    )

    connections_max: int = Field(
        20_000,
        ge=1,
        description="open connections of one process, at most three quarters of the descriptors that it may have; "
        "above it, the longest idle one is closed",
        json_schema_extra={"heading": "Connections"},
    )
    head_max_bytes: int = Field(
        32 * 1024,
        ge=1024,
        description="bytes in the head of a request, and in the chunk sizes, extensions and trailers of its body; "
        "above it, 431",
    )
    head_max_fields: int = Field(100, ge=10, description="header fields of a request; above it, 431")
    head_timeout_seconds: float = Field(
        10, gt=0, description="seconds within which a client must send the whole head of a request, also the first one"
    )
    pipelined_max_requests: int = Field(
        100, ge=1, description="requests of one connection that wait for the response to an earlier one"
    )
    transfer_timeout_seconds: float = Field(
        30,
        gt=0,
        description="seconds within which a client must send a part of its request, or take a part of a response, of "
        "at least `TRANSFER_MIN_BYTES_PER_SECOND` on average; else its connection is aborted",
    )
    transfer_min_bytes_per_second: int = Field(
        500, ge=0, description="bytes a second that a client must send of a request or take of a response"
    )
    unread_responses_max_bytes: int = Field(
        32 * 1024 * 1024,
        ge=1024 * 1024,
        description="bytes of responses that the clients of one process leave unread; above it, the longest waiting "
        "connection of the address with most of them is aborted",
    )
    body_timeout_seconds: float = Field(
        900, gt=0, description="seconds within which a client must send the whole body of a request"
    )
    keep_alive_seconds: float = Field(
        75, gt=0, description="seconds after a response for which its connection is kept for another request"
    )

    websocket_init_timeout_seconds: float = Field(
        10,
        gt=0,
        description="seconds within which a client must send connection_init",
        json_schema_extra={"heading": "WebSockets and server-sent events"},
    )
    websocket_message_max_bytes: int = Field(256 * 1024, ge=1024, description="bytes in one WebSocket message")
    websocket_messages_per_second: int = Field(
        200,
        ge=1,
        description="messages of one WebSocket a second, with bursts of ten times as many; pings and parts of messages "
        "count, too",
    )
    websocket_message_timeout_seconds: float = Field(
        30, gt=0, description="seconds within which a client must send a whole WebSocket message"
    )
    websocket_close_timeout_seconds: float = Field(
        5, gt=0, description="seconds that a closed WebSocket waits for its client, also for it to read the close"
    )
    websocket_max_operations: int = Field(100, ge=1, description="operations at a time on one WebSocket")
    websocket_max_executions: int = Field(
        8,
        ge=1,
        description="queries and actions of one WebSocket that run, or whose responses wait for the client, at "
        "a time; others wait for them",
    )
    websocket_token_warning_seconds: float = Field(
        60, ge=0, description="seconds before its token expires at which a WebSocket gets a ping as a warning; 0: never"
    )
    sse_keep_alive_seconds: float = Field(15, gt=0, description="seconds between comments on an idle SSE stream")

    journal_poll_seconds: float = Field(
        2,
        gt=0,
        description="seconds between reads of the journal without a wake-up",
        json_schema_extra={"heading": "Live delivery"},
    )
    journal_cache_events: int = Field(5_000, ge=1, description="latest events kept in memory for live subscriptions")
    journal_retention_events: int = Field(
        100_000,
        ge=1,
        description="latest events after which a subscription can resume; an older cursor is CURSOR_EXPIRED",
    )
    rights_change_max_tickets: int = Field(
        1_000, ge=0, description="changes sent to a subscriber whose rights change; if there are more, CURSOR_EXPIRED"
    )

    engine: Literal["compiled", "graphql-core"] = Field(
        "compiled",
        description="how documents are executed: compiled to Python from their second use on, or by graphql-core",
        json_schema_extra={"heading": "Engine"},
    )
    document_cache_max_bytes: int = Field(
        16 * 1024 * 1024,
        ge=0,
        description="bytes of the cache of parsed and validated documents, with their compiled operations; 0: no cache",
    )
    engine_object_cache_max_bytes: int = Field(
        12 * 1024 * 1024,
        ge=0,
        description="bytes of the cache of tickets and activities, with their cached responses; 0: no cache",
    )
    engine_max_compiled_fields: int = Field(
        500, ge=1, description="fields of an operation that are compiled; graphql-core executes those beyond"
    )
    engine_compile_at_once_rows: int = Field(
        200, ge=1, description="selected rows from which an operation is compiled at its first use"
    )
    engine_compile_wait_seconds: float = Field(
        0.25, gt=0, description="seconds that an operation waits to be compiled; then graphql-core executes it"
    )
    engine_time_slice_seconds: float = Field(
        0.01, gt=0, description="seconds of a round of the event loop that executions use before other tasks run"
    )

    metrics_addresses: list[str] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1"],
        description="addresses and networks that may read /metrics, as a JSON list: those of Prometheus; by default "
        "this machine",
        json_schema_extra={"heading": "Metrics"},
    )

    drain_seconds: float = Field(
        2,
        ge=0,
        description="seconds over which WebSockets are closed when the server stops",
        json_schema_extra={"heading": "Stopping"},
    )
    shutdown_grace_seconds: int = Field(5, ge=1, description="seconds that running requests have when the server stops")

    def only_in_production(self, name: str) -> int:
        """A limit of one viewer or address. The demo has none unless it is set: all its clients are on one machine."""
        return 0 if self.demo and name not in self.model_fields_set else int(getattr(self, name))

    @property
    def shows_schema(self) -> bool:
        """Whether anyone may learn the schema, by introspection or by suggestions in errors."""
        return self.demo or self.introspection

    @property
    def shows_graphiql(self) -> bool:
        """Whether GraphiQL is served."""
        return self.demo or self.graphiql

    @property
    def actions_rate(self) -> int:
        """Actions of one viewer a minute."""
        return self.only_in_production("actions_per_minute")
