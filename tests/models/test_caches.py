"""What clients search and filter by fills no cache: only short statements and common characters are kept."""

from models.access import Rights, Scope
from models.database import postgres
from models.inbox import lists
from models.inbox.filters import Filter
from models.inbox.tabs import InboxTab
from models.search import normalise
from models.search.normalise import terms, words

RIGHTS = Rights(1, Scope(frozenset([1]), frozenset()), Scope(frozenset([1]), frozenset()), frozenset())


def test_characters_that_a_client_searches_for_are_kept_up_to_a_maximum() -> None:
    for start in range(0, 0x30000, 1_000):
        words("".join(map(chr, range(start, start + 1_000))))
    assert len(normalise._NORMAL_FORMS) <= 10_000
    assert words("\U0001f1ebL’État \U0002f800") == ["l", "etat", "letat", "\u4e3d"]


def test_lists_with_many_words_or_values_are_not_cached() -> None:
    tab = InboxTab.TO_PROCESS
    common = lists.ticket_list(RIGHTS, tab, terms("garantie"))
    assert lists.ticket_list(RIGHTS, tab, terms("garantie")) is common
    before = lists._ticket_list.cache_info().currsize
    for number in range(50):
        for search, wanted in (
            (terms(f"a b c d e{number}"), Filter()),
            (terms("e" * 150 + f"{number}"), Filter()),
            ((), Filter(category_ids=frozenset(range(number, number + 50)))),
        ):
            lists.ticket_list(RIGHTS, tab, search, wanted)
    assert lists._ticket_list.cache_info().currsize == before


def test_long_statements_are_numbered_without_a_cache() -> None:
    before = postgres._cached_numbered.cache_info().currsize
    marks = ", ".join("?" * 2_000)
    assert postgres.numbered(f"SELECT {marks}").endswith("$1999, $2000")
    assert postgres._cached_numbered.cache_info().currsize == before
