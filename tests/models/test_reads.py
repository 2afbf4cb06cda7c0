"""Reads by models: which connection they use, beside a transaction and inside one."""

import asyncio

from models.database import Transaction, transaction
from models.directory.tables import Structure
from tests.conftest import Desk


async def test_a_model_is_read_while_another_transaction_is_open(desk: Desk) -> None:
    begun, read = asyncio.Event(), asyncio.Event()

    async def work(connection: Transaction) -> None:
        await Structure.all().using_db(connection).update(name="Préfecture")
        begun.set()
        await asyncio.wait_for(read.wait(), 10)

    writing = asyncio.create_task(transaction(work))
    await begun.wait()
    assert not await Structure.filter(name="Préfecture").exists()
    read.set()
    await writing
    assert await Structure.filter(name="Préfecture").exists()


async def test_a_model_inside_a_transaction_reads_what_that_wrote(desk: Desk) -> None:
    async def work(connection: Transaction) -> bool:
        await Structure.all().using_db(connection).update(name="Préfecture")
        return await Structure.filter(name="Préfecture").exists()

    assert await transaction(work)
