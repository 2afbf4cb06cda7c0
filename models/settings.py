"""What storage and the rules of a ticket need to know, from the environment or `.env`.

Nothing of HTTP, identity or GraphQL belongs here: those are in `graph/settings.py`.
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StorageSettings(BaseSettings):
    """Settings of the models; each is `SAISINE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SAISINE_", env_file=".env", extra="ignore")

    data_dir: Path = Field(Path("var"), description="where the SQLite file, the demo key and the attachments live")
    database_url: str = Field(
        "",
        description="sqlite://PATH or postgres://USER@HOST/NAME; empty: sqlite, saisine.sqlite3 in the data directory",
    )
    broker_url: str = Field(
        "memory://",
        description="what carries wake-ups: memory:// in one process; postgres://…, redis://… between several",
    )
    storage_url: str = Field("", description="file://PATH; empty: attachments/ in the data directory")
    postgres_pool_max: int = Field(10, ge=2, description="connections of one process to PostgreSQL")
    sqlite_readers: int = Field(2, ge=1, le=16, description="connections that read while another writes")

    short_description_max: int = Field(200, ge=1, description="characters in a short description")
    message_max: int = Field(20_000, ge=1, description="characters in a description or a message")
    attachment_max_bytes: int = Field(10 * 1024 * 1024, ge=1, description="bytes in one attachment")
    attachment_max_count: int = Field(10, ge=0, description="attachments with one action")
    attachment_orphan_seconds: int = Field(3600, ge=1, description="age at which a file without a row is swept")
    search_max: int = Field(200, ge=1, description="characters in a keyword search")
    idempotency_key_max: int = Field(200, ge=1, le=255, description="characters in an idempotency key")

    @property
    def database(self) -> str:
        """The database's URL, the embedded one where none is set."""
        return self.database_url or f"sqlite://{self.data_dir / 'saisine.sqlite3'}"

    @property
    def storage(self) -> str:
        """The URL of the attachments' storage, the embedded one where none is set."""
        return self.storage_url or f"file://{self.data_dir / 'attachments'}"
