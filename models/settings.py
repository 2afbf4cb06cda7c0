"""Settings of storage and of the rules of a ticket, from the environment or `.env`.

Nothing of HTTP, identity or GraphQL belongs here: those are in `graph/settings.py`.
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_OPENDOCUMENT = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "text/plain": "TXT",
    "text/csv": "CSV",
    "application/xml": "XML",
    "application/zip": "ZIP",
    f"{_OPENDOCUMENT}text": "ODT",
    f"{_OPENDOCUMENT}spreadsheet": "ODS",
    f"{_OPENDOCUMENT}presentation": "ODP",
    f"{_OFFICE}wordprocessingml.document": "DOCX",
    f"{_OFFICE}spreadsheetml.sheet": "XLSX",
    f"{_OFFICE}presentationml.presentation": "PPTX",
}
"""The content types that attachments may have by default, with the names that people read in messages."""

_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):\S*@|(?<=[?&])(\w*(?:pass|secret|token)\w*)=[^&#\s]*", re.IGNORECASE)


def redacted(text: str) -> str:
    """A text in which the passwords of URLs are `***`."""
    return _PASSWORD.sub(lambda found: f"{found[2]}=***" if found[2] else f"{found[1]}:***@", text)


def parts_of(name: str, url: str) -> SplitResult:
    """Split the URL of a setting. Errors: ValueError, which names the setting and quotes no part of the URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(f"SAISINE_{name}: not a valid URL; write special characters of a password as %XX") from None
    return parts


class StorageSettings(BaseSettings):
    """Settings of the models; each is `SAISINE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SAISINE_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        Path("var"),
        description="folder of the SQLite file, the demo key and the attachments",
        json_schema_extra={"heading": "Database, broker and storage"},
    )
    database_url: str = Field(
        "",
        description="sqlite://PATH or postgres://USER@HOST/NAME; empty: sqlite, saisine.sqlite3 in the data directory",
    )
    postgres_pool_max_connections: int = Field(10, ge=2, description="connections of one process to PostgreSQL")
    sqlite_reader_connections: int = Field(2, ge=1, le=16, description="connections that read while another writes")
    broker_url: str = Field(
        "memory://",
        description="what carries wake-ups: memory:// in one process; postgres://…, redis://… between several",
    )
    storage_url: str = Field(
        "", description="file://PATH or s3://BUCKET/PREFIX; empty: attachments/ in the data directory"
    )

    short_description_max_characters: int = Field(
        200,
        ge=1,
        description="characters in a short description",
        json_schema_extra={"heading": "Tickets"},
    )
    ticket_message_max_characters: int = Field(20_000, ge=1, description="characters in a description or a message")
    search_max_characters: int = Field(200, ge=1, description="characters in a keyword search")
    idempotency_key_max_characters: int = Field(200, ge=1, le=255, description="characters in an idempotency key")

    import_withdrawals_max_percent: float = Field(
        10,
        ge=0,
        le=100,
        description="percent of all profiles that `saisine import` withdraws at once without `--yes`",
        json_schema_extra={"heading": "Directory"},
    )

    attachment_max_bytes: int = Field(
        10 * 1024 * 1024,
        ge=1,
        description="bytes in one attachment",
        json_schema_extra={"heading": "Attachments"},
    )
    attachment_max_count: int = Field(10, ge=0, description="attachments with one action")
    attachment_total_max_bytes: int = Field(
        50 * 1024 * 1024, ge=1, description="bytes in all attachments of one action"
    )
    ticket_attachments_max_count: int = Field(100, ge=0, description="attachments of one ticket")
    ticket_attachments_max_bytes: int = Field(
        200 * 1024 * 1024, ge=1, description="bytes in all attachments of a ticket"
    )
    attachment_content_types: list[str] = Field(
        default_factory=lambda: list(CONTENT_TYPES),
        description="media types that attachments may have by their content, as a JSON list",
    )
    attachment_orphan_seconds: int = Field(3600, ge=1, description="age at which a file without a row is removed")

    clamd_url: str = Field(
        "",
        description="the virus scanner, a clamd: tcp://HOST:PORT or unix:///PATH; empty: attachments are not scanned",
        json_schema_extra={"heading": "Virus scanner"},
    )
    clamd_timeout_seconds: float = Field(30, gt=0, description="seconds that the virus scanner has for each answer")
    clamd_retry_seconds: float = Field(5, gt=0, description="seconds after which a scan that failed is tried again")

    @property
    def database(self) -> str:
        """The database's URL, the embedded one where none is set."""
        return self.database_url or f"sqlite://{self.data_dir / 'saisine.sqlite3'}"

    @property
    def storage(self) -> str:
        """The URL of the attachments' storage, the embedded one where none is set."""
        return self.storage_url or f"file://{self.data_dir / 'attachments'}"
