"""The load tool at a size that any machine bears: every list ends right, and idle watchers cost no SQL."""

import pytest

from tests.benchmarks.load_watchers import Load, run
from tests.support.databases import need_postgres


@pytest.mark.long
def test_lists_under_load_end_right_and_idle_watchers_cause_no_statement() -> None:
    need_postgres()
    report = run(Load(watchers=200, seconds=10, pause=1, idle=10, clients=2))
    print(report)
    assert (report.right, report.wrong) == (200, 0)
    assert report.actions >= 50
    assert sum(report.delays.values()) > 100 * report.actions, "each action was delivered to most"
    # One statement a watcher a minute would be 3.3 a second; the polls of two processes differ by less than one.
    assert report.statements_watched < report.statements_alone + 1
