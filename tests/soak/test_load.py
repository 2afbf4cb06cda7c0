"""Runs the load tool at a small size: every list ends right, and idle subscribers run no SQL."""

import pytest

from tests.benchmarks.load_watchers import Load, run
from tests.support.databases import need_postgres


@pytest.mark.long
def test_lists_under_load_end_right_and_idle_subscribers_run_no_sql() -> None:
    need_postgres()
    report = run(Load(watchers=200, seconds=10, pause=1, idle=10, clients=2))
    print(report)
    assert (report.right, report.wrong) == (200, 0)
    assert report.actions >= 50
    assert sum(report.delays.values()) > 100 * report.actions, "most subscribers received each action"
    # One statement a minute for each subscriber would be 3.3 a second; the polls of two processes differ by under one.
    assert report.statements_watched < report.statements_alone + 1
