"""The steps of the guide at the console: an agent and a requester at the same time, each at their own screen."""

from pathlib import Path

from playwright.sync_api import expect

from tests.console.people import Enter
from tests.support.http_client import submitted
from tests.support.server import Server


def test_two_screens_follow_a_ticket_from_submission_to_closing(enter: Enter, tmp_path: Path) -> None:
    requester, agent = enter("requester"), enter("agent-1")
    expect(requester.page.get_by_role("heading", name="Tickets émis")).to_be_visible()
    expect(agent.page.get_by_role("heading", name="Tickets reçus")).to_be_visible()
    agent.is_up_to_date()
    to_process = agent.count("À traiter")
    first_row = agent.page.locator("tbody tr").first
    reading = first_row.inner_text()

    # The requester submits a ticket.
    invoice = tmp_path / "facture.txt"
    invoice.write_text("Facture F2602007, 2 943,60 €")
    requester.page.get_by_role("link", name="Nouveau ticket").click()
    requester.choose("Catégorie", "Factures")
    requester.choose("Sous-catégorie", "Statut d’une facture")
    requester.page.get_by_role("combobox", name="Structure destinataire").fill("aurèle")
    requester.page.get_by_role("option", name="Commune de Saint-Aurèle-les-Tilleuls").click()
    requester.choose("Type d’objet", "Facture")
    requester.page.get_by_role("textbox", name="Description brève").fill("Où en est ma facture F2602007 ?")
    requester.page.get_by_role("textbox", name="Description", exact=True).fill("Déposée le 3, sans nouvelle depuis.")
    requester.page.locator("input[type=file]").set_input_files(invoice)
    requester.button("Envoyer le ticket").click()
    heading = requester.page.get_by_text("Ticket 1", exact=False).first
    expect(heading).to_be_visible()
    number = requester.page.url.rsplit("/", 1)[1]
    expect(requester.page.get_by_role("heading", name="Où en est ma facture F2602007 ?")).to_be_visible()

    # The agent is told of it, and no row moves before they ask to see it.
    bar = agent.button("1 nouveau ticket Afficher")
    expect(bar).to_be_visible()
    expect(agent.tab("À traiter").locator(".tabs__count")).to_have_text(str(to_process + 1))
    assert first_row.inner_text() == reading
    bar.click()
    expect(agent.row(number)).to_contain_text("Nouveau")
    agent.open(number)
    agent.act("M’affecter le ticket")
    expect(agent.page.get_by_role("definition").filter(has_text="Camille Renard")).to_be_visible()
    agent.act("Demander des informations", "Quel est le numéro d’engagement ?")
    expect(agent.page.locator(".head")).to_contain_text("En attente d’informations")

    # The requester sees the question at once, and answers.
    expect(requester.page.locator(".head")).to_contain_text("En attente d’informations")
    requester.tab("Activités").click()
    expect(requester.page.get_by_text("Quel est le numéro d’engagement ?")).to_be_visible()
    requester.act("Répondre à la demande", "2026-626523.")
    expect(agent.page.locator(".head")).to_contain_text("Complément d’informations")
    agent.tab("Activités").click()
    expect(agent.page.get_by_text("2026-626523.")).to_be_visible()

    # The first solution is refused, the second accepted.
    agent.act("Proposer une solution", "Elle sera payée.")
    expect(requester.page.locator(".head")).to_contain_text("Résolu")
    requester.act("Refuser la solution", "Quand ?")
    expect(agent.page.locator(".head")).to_contain_text("Refus de solution")
    agent.act("Proposer une solution", "Payée le 28 novembre.")
    expect(requester.page.locator(".head")).to_contain_text("Résolu")
    requester.act("Accepter la solution")
    for person in (requester, agent):
        expect(person.page.locator(".head")).to_contain_text("Fermé")
        expect(person.page.get_by_text("Aucune action possible")).to_be_visible()

    # The agent can download the requester's file.
    agent.tab("Pièces jointes").click()
    with agent.page.expect_download() as downloading:
        agent.button("Télécharger facture.txt").click()
    assert downloading.value.path().read_bytes() == invoice.read_bytes()


def test_late_agent_reads_who_took_the_ticket_first(enter: Enter, server: Server) -> None:
    number = submitted(server)["number"]
    first, second = enter("agent-1", f"tickets/{number}"), enter("agent-2", f"tickets/{number}")
    dialog = second.begin("M’affecter le ticket")
    first.act("M’affecter le ticket")
    # The change is shown before the late agent sends.
    expect(dialog.get_by_role("alert")).to_contain_text("Ticket affecté par Camille Renard")
    expect(dialog.get_by_role("alert")).to_contain_text("Cette action n’est plus possible.")
    expect(dialog.get_by_role("button", name="M’affecter le ticket")).to_have_count(0)
    dialog.get_by_role("button", name="Fermer").first.click()
    expect(second.page.locator(".facts")).to_contain_text("Camille Renard")
