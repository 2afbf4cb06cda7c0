"""Migrations: which are unapplied, applying them, and which changes of the models have none."""

from tortoise.connection import get_connection
from tortoise.context import require_context
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models.database import configuration
from models.settings import StorageSettings


async def _plan(settings: StorageSettings) -> tuple[MigrationExecutor, list[MigrationTarget], list[str]]:
    executor = MigrationExecutor(get_connection("default"), configuration(settings)["apps"])
    targets = [MigrationTarget(app_label="models", name="__latest__")]
    return executor, targets, [step.migration.name for step in await executor.plan(targets)]


async def unapplied(settings: StorageSettings) -> list[str]:
    """The names of the migrations that are not applied to the open database, in order."""
    return (await _plan(settings))[2]


async def migrate(settings: StorageSettings) -> list[str]:
    """Apply the migrations that are not applied to the open database: their names, in order."""
    executor, targets, names = await _plan(settings)
    if names:
        await executor.migrate(targets)
    return names


async def undescribed(settings: StorageSettings) -> list[str]:
    """The changes of the models that no migration has."""
    detector = MigrationAutodetector(require_context().apps, configuration(settings)["apps"])  # type: ignore[arg-type]
    return [operation.describe() for writer in await detector.changes() for operation in writer.operations]
