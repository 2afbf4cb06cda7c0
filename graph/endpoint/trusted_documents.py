"""Trusted documents: those of a manifest, asked by their ids; the only ones that are run where the settings say so."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.errors import CodedError
from graph.settings import Settings
from models.i18n.language import Text


class Trusted:
    """The documents of the manifest (a JSON object, id to text, as graphql-codegen's client preset writes it)."""

    def __init__(self, mode: str, documents: Mapping[str, str]) -> None:
        self._mode, self._documents = mode, documents
        self._texts = frozenset(documents.values())

    def text(self, body: Mapping[str, Any]) -> Any:
        """The document that a request asks for, by `documentId` or as `query`.

        Errors: DOCUMENT_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
        """
        asked, query = body.get("documentId"), body.get("query")
        if asked is None:
            if self._mode == "only" and isinstance(query, str) and query not in self._texts:
                raise CodedError("DOCUMENT_NOT_TRUSTED", _NOT_TRUSTED)
            return query
        found = self._documents.get(asked) if isinstance(asked, str) else None
        if found is None:
            raise CodedError("DOCUMENT_NOT_FOUND", _NOT_FOUND if self._mode != "off" else _OFF)
        return found


_NOT_TRUSTED = Text(
    "Ce serveur n’exécute que les documents de son manifeste : envoyez `documentId`.",
    "This server runs the documents of its manifest only: send `documentId`.",
)
_NOT_FOUND = Text("Aucun document de cet id dans le manifeste.", "No document of this id in the manifest.")
_OFF = Text(
    "Ce serveur n’a pas de documents par id : envoyez `query`.",
    "This server has no documents by id: send `query`.",
)


def trusted_by(settings: Settings) -> Trusted:
    """What the settings trust. Errors: ValueError for a manifest that can't be read."""
    if settings.trusted_documents == "off":
        return Trusted("off", {})
    path = settings.trusted_documents_manifest
    try:
        documents = json.loads(Path(path).read_text("utf-8"))
        if not isinstance(documents, dict) or not all(isinstance(text, str) for text in documents.values()):
            raise ValueError("not an object of texts by id")
    except (OSError, ValueError) as error:
        raise ValueError(f"SAISINE_TRUSTED_DOCUMENTS_MANIFEST: {path or 'not set'}: {error}") from error
    return Trusted(settings.trusted_documents, documents)
