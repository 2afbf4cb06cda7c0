"""Trusted documents: those of a manifest, which clients send by id. The mode `only` refuses all others."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.errors import CodedError
from graph.settings import Settings
from models.i18n.language import Text


class TrustedDocuments:
    """The documents of the manifest (a JSON object, id to text, as graphql-codegen's client preset writes it)."""

    def __init__(self, mode: str, documents: Mapping[str, str]) -> None:
        self._mode, self._documents = mode, documents
        self._texts = frozenset(documents.values())

    def text(self, body: Mapping[str, Any]) -> Any:
        """The document of a request: `query`, or the one that `documentId` names.

        Errors: DOCUMENT_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
        """
        document_id, query = body.get("documentId"), body.get("query")
        if document_id is None:
            if self._mode == "only" and isinstance(query, str) and query not in self._texts:
                raise CodedError("DOCUMENT_NOT_TRUSTED", _NOT_TRUSTED)
            return query
        document = self._documents.get(document_id) if isinstance(document_id, str) else None
        if document is None:
            raise CodedError("DOCUMENT_NOT_FOUND", _NOT_FOUND if self._mode != "off" else _OFF)
        return document


_NOT_TRUSTED = Text(
    "Ce serveur n’exécute que les documents de son manifeste : envoyez `documentId`.",
    "This server runs only the documents of its manifest: send `documentId`.",
)
_NOT_FOUND = Text("Le manifeste n’a pas de document de cet id.", "The manifest has no document of this id.")
_OFF = Text(
    "Ce serveur n’a pas de manifeste de documents : envoyez `query`.",
    "This server has no manifest of documents: send `query`.",
)


def load_trusted_documents(settings: Settings) -> TrustedDocuments:
    """The trusted documents of the settings. Errors: ValueError for a manifest that can't be read."""
    if settings.trusted_documents == "off":
        return TrustedDocuments("off", {})
    path = settings.trusted_documents_manifest
    try:
        documents = json.loads(Path(path).read_text("utf-8"))
        if not isinstance(documents, dict) or not all(isinstance(text, str) for text in documents.values()):
            raise ValueError("not an object of texts by id")
    except (OSError, ValueError) as error:
        raise ValueError(f"SAISINE_TRUSTED_DOCUMENTS_MANIFEST: {path or 'not set'}: {error}") from error
    return TrustedDocuments(settings.trusted_documents, documents)
