"""Checks the settings at the start, so that an invalid or unsafe one prevents the start and fails no request."""

import structlog

from graph.auth.issuer_keys import reason_not_to_trust
from graph.endpoint.trusted_documents import load_trusted_documents
from graph.settings import Settings
from graph.web.metrics import networks
from models import database
from models.attachments.clamd import scanner_for
from models.attachments.extensions import extensions_of
from models.attachments.storage import storage_for
from models.broker import broker_for
from models.private_files import readable_by_others
from models.settings import parts_of

log = structlog.get_logger("saisine.server")


def check_settings(settings: Settings) -> None:
    """Build what the settings name without opening it. Errors: ValueError, which names the setting."""
    database.configuration(settings)
    storage_for(settings)
    broker_for(settings)
    scanner_for(settings)
    load_trusted_documents(settings)
    networks(settings.metrics_addresses)
    for content_type in settings.attachment_content_types:
        if not extensions_of(content_type, settings.attachment_extensions):
            raise ValueError(
                f"SAISINE_ATTACHMENT_CONTENT_TYPES: no extension is known for {content_type}; give some in "
                f'SAISINE_ATTACHMENT_EXTENSIONS, as {{"{content_type}": ["abc"]}}'
            )
    parts_of("OIDC_ISSUER", settings.oidc_issuer)


def warn_of_readable_data(settings: Settings) -> None:
    """Log a warning if other users of this machine may read the data directory, made by somebody else as it is."""
    if readable_by_others(settings.data_dir):
        path = str(settings.data_dir)
        log.warning("other users may read the data directory", path=path, command=f"chmod -R go= {path}")


def reason_not_to_serve(settings: Settings, workers: int) -> str | None:
    """Return why `saisine serve` must not start with these settings and this number of processes, or None."""
    if settings.demo:
        return "SAISINE_DEMO is set: demo logins are for `saisine demo` only. Unset it."
    if not settings.oidc_issuer:
        return "no issuer of tokens: set SAISINE_OIDC_ISSUER to the OpenID Connect issuer of your users."
    if why := reason_not_to_trust(settings.oidc_issuer):
        return f"SAISINE_OIDC_ISSUER: {why}."
    if workers > 1 and broker_for(settings).one_process:
        return "memory:// works within one process only: set SAISINE_BROKER_URL to a shared broker, or use --workers 1."
    return None
