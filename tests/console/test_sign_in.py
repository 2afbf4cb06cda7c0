"""OpenID Connect at the console under `saisine serve`: authorization code with PKCE, and login again on refusal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc import jws
from playwright.sync_api import Page, expect

from tests.console.people import Enter, Person
from tests.support.issuer import Issuer
from tests.support.server import Server

pytestmark = pytest.mark.long

CLIENT = "console"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.close()


@pytest.fixture
def served(issuer: Issuer, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, issuer=issuer, oidc_client_id=CLIENT, drain_seconds="0")
    assert server.command("migrate").returncode == 0
    assert server.command("generate", "--tickets", "60").returncode == 0
    server.start()
    yield server
    server.stop()


def log_in(page: Page, login: str) -> None:
    page.get_by_label("Login").fill(login)
    page.get_by_role("button", name="Log in").click()


def test_login_at_the_issuer_returns_to_the_page_and_repeats_when_refused(
    served: Server, issuer: Issuer, enter: Enter
) -> None:
    agent: Person = enter(None, "recus?onglet=clotures", on=served)
    agent.expected = ("401", "WebSocket", "ERR_CONNECTION_REFUSED")
    agent.button("Se connecter avec le compte de mon organisation").click()
    log_in(agent.page, "agent-1")
    expect(agent.page.get_by_role("heading", name="Tickets reçus")).to_be_visible()
    expect(agent.tab("Clôturés")).to_have_attribute("aria-selected", "true")
    assert agent.page.url == f"{served.url}/console/recus?onglet=clotures"
    expect(agent.page.locator(".top__name")).to_have_text("Camille Renard")

    # The server refuses the token after its restart. The new login takes place in a window of its own: this one stays.
    agent.is_up_to_date()
    served.stop()
    served.env["SAISINE_OIDC_AUDIENCE"] = issuer.audience = "renewed"
    served.start()
    again = agent.page.get_by_role("alertdialog", name="Votre session a expiré")
    expect(again).to_be_visible()
    with agent.page.expect_popup() as opening:
        again.get_by_role("button", name="Se connecter avec le compte de mon organisation").click()
    log_in(opening.value, "agent-1")
    expect(again).to_have_count(0)
    agent.is_up_to_date()


def test_logging_out_ends_the_session_at_the_issuer(served: Server, issuer: Issuer, enter: Enter) -> None:
    agent: Person = enter(None, on=served)
    agent.button("Se connecter avec le compte de mon organisation").click()
    log_in(agent.page, "agent-1")
    agent.page.get_by_role("button", name="Camille Renard").click()
    agent.page.get_by_role("button", name="Se déconnecter").click()
    expect(agent.button("Se connecter avec le compte de mon organisation")).to_be_visible()
    agent.page.wait_for_url(f"{served.url}/console/**")
    (logout,) = issuer.logouts
    assert logout["post_logout_redirect_uri"] == f"{served.url}/console/"
    assert jws.extract_compact(logout["id_token_hint"].encode()).payload
    assert agent.page.evaluate("Object.keys(sessionStorage).filter((key) => /^(oidc|saisine)/.test(key))") == []


def test_logging_out_is_told_to_be_incomplete_where_the_issuer_does_not_answer(
    served: Server, issuer: Issuer, enter: Enter
) -> None:
    agent: Person = enter(None, on=served)
    agent.expected = ("ERR_CONNECTION_REFUSED", "ERR_FAILED", "Failed to load")
    agent.button("Se connecter avec le compte de mon organisation").click()
    log_in(agent.page, "agent-1")
    agent.page.get_by_role("button", name="Camille Renard").wait_for()
    agent.page.reload()
    agent.page.get_by_role("button", name="Camille Renard").click()
    agent.page.route(f"{issuer.url}/**", lambda route: route.abort())
    agent.page.get_by_role("button", name="Se déconnecter").click()
    expect(agent.page.get_by_role("status")).to_contain_text("fermez le navigateur")
    assert agent.page.evaluate("Object.keys(sessionStorage).filter((key) => /^(oidc|saisine)/.test(key))") == []


def test_authorization_code_without_its_verifier_is_refused(issuer: Issuer) -> None:
    asked = {"client_id": CLIENT, "redirect_uri": "http://a/", "state": "s", "scope": "openid", "login": "agent-1"}
    back = issuer.logged_in({**asked, "code_challenge": "none"})
    code = back.split("code=")[1].split("&")[0]
    assert issuer.exchanged({"code": code, "client_id": CLIENT, "code_verifier": "guessed"}) is None


def test_person_unknown_to_the_directory_is_not_let_in(served: Server, enter: Enter) -> None:
    stranger: Person = enter(None, on=served)
    stranger.expected = ("401",)
    stranger.button("Se connecter avec le compte de mon organisation").click()
    log_in(stranger.page, "nobody")
    expect(stranger.page.get_by_role("alertdialog", name="Votre session a expiré")).to_be_visible()
