"""The cache of prepared documents, within a budget of bytes; the least recently used are evicted first.

The bytes are estimates, measured with tracemalloc, of what a document and its compiled operations keep in memory.
"""

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

_DOCUMENT_BYTES = 8_000
_NODE_BYTES = 600
"""Of each node of a syntax tree, with its tokens."""


class Weight:
    """The bytes that one document keeps in memory. They grow while its operations are compiled and used."""

    __slots__ = ("_cache", "bytes")

    def __init__(self, text: str, nodes: int) -> None:
        self.bytes = _DOCUMENT_BYTES + 2 * len(text) + _NODE_BYTES * nodes
        self._cache: DocumentCache[Weighed] | None = None

    def add(self, count: int) -> None:
        """Count more bytes, or fewer. Other documents are evicted if the cache then exceeds its budget."""
        self.bytes += count
        if self._cache is not None:
            self._cache.grow(count)

    def move_to(self, cache: "DocumentCache[Weighed] | None") -> None:
        """Count in this cache; None: in no cache any more."""
        self._cache = cache


class Weighed(Protocol):
    """An entry of the cache."""

    @property
    def weight(self) -> Weight:
        """What it weighs."""


D = TypeVar("D", bound=Weighed)


class DocumentCache(Generic[D]):
    """The most recently used documents, by their text, that weigh at most `max_bytes` together."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._documents: OrderedDict[str, D] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, text: str) -> bool:
        return text in self._documents

    def get(self, text: str) -> D | None:
        """The cached document, which then is the most recently used one."""
        found = self._documents.get(text)
        if found is not None:
            self._documents.move_to_end(text)
        return found

    def add(self, text: str, document: D) -> D:
        """Cache a document, unless it alone exceeds the budget; returns the one that is cached for its text."""
        if document.weight.bytes > self._max_bytes:
            return document
        if (earlier := self.get(text)) is not None:
            return earlier
        self._documents[text] = document
        document.weight.move_to(self)  # type: ignore[arg-type]
        self.grow(document.weight.bytes)
        return document

    def grow(self, count: int) -> None:
        """Count more bytes of a cached document, and evict others, or in the end this one, to stay in the budget."""
        self.bytes += count
        while self.bytes > self._max_bytes and self._documents:
            _, evicted = self._documents.popitem(last=False)
            evicted.weight.move_to(None)
            self.bytes -= evicted.weight.bytes
