"""Keyword search: each text below with keywords that match it and keywords that do not, in the index and in memory."""

from random import Random

import pytest

from models.access import Rights, received_tokens, rights_of
from models.inbox.lists import TicketList, tab_counts
from models.inbox.ordering import Order
from models.inbox.tabs import InboxTab
from models.search import index
from models.search.normalise import matches, number_words, sort_key, terms, words
from models.tickets.tables import Ticket
from tests.conftest import Desk
from tests.models import act, id_of, select, submit, ticket_at, upload

LONG = "anticonstitutionnellement" * 8  # the greatest length of a search
CORPUS: list[tuple[str, list[str], list[str]]] = [
    # Text, keywords that match, keywords that do not. The latter must not be in the fields that all tickets share.
    ("Problème récurrent", ["probleme", "PROBLÈME", "prob", "p", "Récurrent", "RECURRENT problème"], ["blème",
     "problemes", "probleme autre"]),
    ("L’État répond", ["l'etat", "L’ÉTAT", "etat", "letat", "état", "l`etat", "lʼétat", "l´état", "L‘ETAT",
     "répond l'état", "l’é"], ["tat", "letats", "l'etats", "z'etat"]),
    ("Aujourd'hui", ["aujourd’hui", "aujourdhui", "aujourd", "hui", "AUJOURDʼHUI", "aujourd'h"], ["jourdhui",
     "aujourd'hier"]),
    ("Aucune apostrophe : presquile", ["presqu’île", "presqu'il", "presquîle"], ["presqu’otage"]),
    ("Un chef-d’œuvre", ["oeuvre", "œuvre", "ŒUVRE", "chef-d'oeuvre", "chef d’œuv", "doeuvre"], ["oeuvres", "ouvre",
     "euvre"]),
    ("Une oeuvre", ["œuvre", "Œuv"], ["uvre"]),
    ("Ex æquo, Æther", ["aequo", "æqu", "aether", "ÆTHER"], ["equo", "ether"]),
    ("Straße, GROẞ", ["strasse", "STRASSE", "straße", "stra", "gross", "groß"], ["strase", "trasse"]),
    ("İstanbul IĞDIR ılık", ["istanbul", "ISTANBUL", "İSTANBUL", "ıstanbul", "igdir", "iğdır", "ILIK"], ["stanbul"]),
    ("Cafe\u0301 a\u0300 l\u2019e\u0301tage", ["café", "cafe", "CAFÉ", "cafe\u0301", "étage", "l'etage"], ["cafés"]),
    ("Crème brûlée", ["cre\u0300me bru\u0302le\u0301e", "creme brulee", "BRÛLÉE"], ["cremerie"]),
    ("Z\u0351\u036ba\u0343\u036al\u0351go", ["zalgo"], ["algo"]),
    ("efficace et ﬁscal, ﬂux, oﬃce", ["fiscal", "ﬁscal", "flux", "ﬂu", "office", "oﬃce", "eﬃcace", "efﬁcace"],
     ["iscal", "offices"]),
    ("Nguyễn, Zieliński, Łódź, Đặng, smørrebrød, Þór", ["nguyen", "NGUYỄN", "zielinski", "lodz", "ŁÓDŹ", "dang",
     "smorrebrod", "thor", "þor"], ["guyen"]),
    ("Marché 2023-001 du lot", ["2023-001", "2023", "001", "-001", "lot -001", "2023-", "202 001", "2023–001",
     "2023/001"], ["023", "2023-002", "2023001", "2024-001"]),
    ("Bon n°45/B_12", ["45/B_12", "45", "b_12", "n°45", "12 45", "n 4"], ["5", "45/C_12"]),
    ("montant : 1 234,56 €", ["1 234", "234,56", "56€", "€ 234"], ["34", "1234,56€"]),
    ("AND OR NOT NEAR", ["AND", "and", "OR", "NOT", "NEAR(", "near", "AND AND", "NOT AND", "OR NOT", "NEAR(and or)"],
     ["XOR", "NEAR(and absent, 5)", "AND absent"]),
    ("col: words: scope: rowid", ["col:", "words:", "scope:", "words : rowid", "{words scope}: col", "words:rowid"],
     ["words:absent", "ords", "- words absent"]),
    ('Il dit "oui" (enfin)', ['"oui"', '"oui', 'oui"', "(enfin", "enfin)", '""oui""', '"oui enfin"', '"enfin oui"',
     "«oui»", "“oui”"], ['"non"', '"oui" non']),
    ("un*deux^trois+quatre", ["un*", "*deux", "deux*", "^trois", "tro*", "+quatre", "un + deux", "deux*trois",
     "un*quatre"], ["u*x", "cinq*", "*eux"]),
    ("drop'); DELETE FROM tickets;--", ["drop'); DELETE", "';--delete", "%tickets%", "tickets;--", "from_tickets"],
     ["_ickets", "tick%z", "update'--"]),
    ("a\\b\\c antislash", ["antislash\\", "\\antislash", "a\\b\\c"], ["\\0slash"]),
    ("Tabulation\tet\r\nligne\nsuivante", ["tabulation", "et ligne", "ligne suivante", "tabulation\nsuivante",
     "\tligne"], ["tabulationet"]),
    ("coopé\u00adration zéro\u200blargeur r\u200dk", ["coopération", "cooperation", "coop\u00aderation",
     "zerolargeur", "rk", "ze\u200bro"], ["ration", "largeur"]),
    ("insécable\u00a0: fine\u202fespace", ["insecable", "fine espace", "insécable\u00a0fine"], ["finespace"]),
    ("bravo 👍🏽 merci 👩\u200d💻 🇫🇷", ["bravo 👍", "👍🏽 merci", "merci", "🇫🇷 bravo"], ["👍 non"]),
    ("日本語テキスト と 東京", ["日本", "日本語テキスト", "東京", "と"], ["本語", "京", "東京都"]),
    ("한글 서울", ["한글", "서울", "한", "서"], ["글", "울"]),
    ("Ελλάδα ΣΊΣΥΦΟΣ", ["ελλαδα", "ΕΛΛΆΔΑ", "σισυφος", "Σίσυφος"], ["λλαδα"]),
    ("Москва Ёлка", ["москва", "МОСК", "елка", "ёлка"], ["осква"]),
    ("العربية שלום", ["العربية", "שלום", "العر"], ["ربية"]),
    ("ＦＵＬＬＷＩＤＴＨ ９８７", ["fullwidth", "987", "ｆｕｌｌ"], ["ullwidth"]),
    ("x² ½ ① ㎏ ™ Ⅷ", ["x2", "½", "①", "kg", "tm", "viii", "1 2"], ["g", "iii"]),
    ("mail jean.dupont+tri@exemple-net.tld", ["jean.dupont", "dupont", "tri@exemple", "exemple-net.tld",
     "jean.dupont+tri@exemple-net.tld", "tld"], ["upont", "net.com"]),
    ("https://chorus-pro.example.gouv/x?y=1&z=%20", ["chorus-pro", "gouv/x",
     "https://chorus-pro.example.gouv/x?y=1&z=%20", "gouv"], ["horus", "ouv"]),
    ("C++ et C# de 5′ à 6″", ["c++", "C#", "5′", "6″ de"], ["w++"]),
    ("'début' ''double'' l'''un", ["debut", "'debut", "debut'", "''double''", "l'un", "lun", "'''un"], ["'ebut"]),
    (LONG, [LONG, LONG[:100], LONG[:19], LONG.upper()], [LONG + "s", LONG[1:200]]),
    ("…?!", [], ["question"]),
    ("~s1 ~v1 ~i1 ~nabcd", ["~s1", "s1", "v1", "~nabcd", "nabc"], ["abcd", "~sabcd", "s2"]),
    ("rien", ["rien"], ["~s1", "~v1", "~n1000x"]),
]  # fmt: skip
WITHOUT_TERMS = [
    "", " ", "\t\n", "…", "?!.,;:", "-", "--", "*", "'", "’’’", "''", '""', "()", "\0", "«»", "🙂", "👩\u200d💻",
    "\u00ad", "\u200b", "\u0301", "\ud800", "&|^~{}[]", "_", "%", "\\", "\x1b[",
]  # fmt: skip
CASES = [
    (text, keywords, expected)
    for text, found, not_found in CORPUS
    for expected, group in ((True, found), (False, not_found))
    for keywords in group
]


@pytest.mark.parametrize(
    ("keywords", "prefixes"),
    [
        ("'".join("e" * 100), ["e", "~neeeeee"]),
        ("e e e E É e' 'e e'e", ["e"]),
        ("d de del", ["del"]),
        ("l'le'la", ["la", "le", "llela", "~nllela"]),
        ("d'a d'a d'a", ["a", "d", "da"]),
        ("facture FACTURE", ["facture", "~nfacture"]),
        # The parts of a choice are asked with the choice: another word does not make them unnecessary.
        ("l'etat le", ["etat", "l", "le", "letat", "~nletat"]),
        # A number's part may be in the middle: what begins the word is still asked for.
        ("1234 12", ["12", "1234", "~n1234"]),
    ],
)
def test_nothing_is_asked_of_the_index_twice(keywords: str, prefixes: list[str]) -> None:
    asked = [prefix for term in terms(keywords) for choice in term.choices for prefix in choice]
    assert sorted(prefix[:8] if prefix.startswith("~neeee") else prefix for prefix in asked) == sorted(prefixes)


ALPHABET = ["e", "ee", "é", "en", "l", "la", "l'", "l'e", "e'e", "l'l'en", "d'", "1", "12", "1234", "123", "n1234", "'"]


def test_a_search_matches_as_if_each_of_its_words_were_asked_alone() -> None:
    random = Random(12)
    for _ in range(3_000):
        asked = random.choices(ALPHABET, k=random.randint(1, 6))
        text = " ".join(random.choices(ALPHABET, k=random.randint(1, 6)))
        ordered = sorted([*words(text), *number_words("20001234")])
        alone = all(matches(ordered, terms(word)) for word in asked)
        assert matches(ordered, terms(" ".join(asked))) == alone, (asked, text)


async def town_agent() -> Rights:
    return await rights_of(await id_of("users", "login", "agent-1"))


async def found_in(rights: Rights, keywords: str | None) -> set[int]:
    """The ids of the tickets that match in the index; a page, its count and the tab's count must agree."""
    search_terms = terms(keywords)
    listing = TicketList(rights, InboxTab.TO_PROCESS, search_terms)
    ids = {row.id for row in await listing.page((), Order(), offset=0, size=1_000)}
    assert await listing.count() == len(ids)
    assert (await tab_counts(rights, search_terms))[0][InboxTab.TO_PROCESS] == len(ids)
    return ids


async def filled(desk: Desk) -> dict[str, int]:
    """The ids of one ticket of the town for each text, by the text."""
    return {text: await submit(desk, short_description="…", description=text) for text, _, _ in CORPUS}


def test_the_corpus_has_150_cases_and_no_duplicate() -> None:
    assert len(CASES) >= 150
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize(("text", "found", "not_found"), CORPUS, ids=[text[:12] for text, _, _ in CORPUS])
def test_a_text_in_memory_matches_its_keywords_and_no_others(text: str, found: list[str], not_found: list[str]) -> None:
    ordered = sorted(words(text))
    assert [keywords for keywords in found if not matches(ordered, terms(keywords))] == []
    assert [keywords for keywords in not_found if matches(ordered, terms(keywords))] == []


def test_an_apostrophe_inside_a_composed_letter_is_ignored() -> None:
    for keywords in ("'n", "ʼn", "n", "ŉ"):
        assert matches(sorted(words("ŉ ander")), terms(keywords))


async def test_the_index_finds_each_text_by_its_keywords_and_no_others(desk: Desk) -> None:
    ids, rights = await filled(desk), await town_agent()
    wrong = [
        (text[:40], keywords[:40], expected)
        for text, keywords, expected in CASES
        if (ids[text] in await found_in(rights, keywords)) != expected
    ]
    assert wrong == []


async def test_the_index_and_memory_agree_on_every_keyword_and_ticket(desk: Desk) -> None:
    ids, rights = await filled(desk), await town_agent()
    held = {ticket_id: sorted((await index.text(ticket_id)).split()) for ticket_id in ids.values()}
    rng = Random(7)
    letters = "aeéœ'’ßﬁ1023-*\"()^:~_\0\u0301\u00ad日👍 İNORAD"
    made = ["".join(rng.choices(letters, k=rng.randint(1, 12))) for _ in range(250)]
    for keywords in [*{keywords for _, keywords, _ in CASES}, *made, *WITHOUT_TERMS]:
        in_memory = {ticket_id for ticket_id, ordered in held.items() if matches(ordered, terms(keywords))}
        assert (keywords, await found_in(rights, keywords)) == (keywords, in_memory)


async def test_keywords_of_punctuation_alone_match_every_ticket(desk: Desk) -> None:
    everything, rights = {await submit(desk), await submit(desk)}, await town_agent()
    for keywords in (None, *WITHOUT_TERMS):
        assert terms(keywords) == ()
        assert await found_in(rights, keywords) == everything


async def test_keywords_of_the_greatest_length_are_answered(desk: Desk) -> None:
    await submit(desk)
    rights, length = await town_agent(), desk.services.settings.search_max_characters
    for keywords in (
        " ".join(chr(ord("一") + n) for n in range(length // 2)),
        "'".join(chr(ord("一") + n) for n in range(length // 2)),
        "ﷺ" * length,
        "(" * length,
        '"' * length,
        "x'" * (length // 2),
        "NOT " * (length // 4),
    ):
        assert await found_in(rights, keywords) == set() or not terms(keywords)


async def test_a_part_of_a_number_matches_anywhere_only_from_four_characters_on(
    desk: Desk,
) -> None:
    first, second = [await submit(desk, short_description="…", description="…") for _ in range(2)]
    rights = await town_agent()
    number, other = [ticket.number for ticket in await Ticket.all().order_by("id")]
    assert number[:-1] == other[:-1]
    for shared in (number[:1], number[:3], number[:4], number[1:5], number[2:-1], f"{number[:3]}-", f"({number[:5]})"):
        assert await found_in(rights, shared) == {first, second}
    for length in range(4, len(number) + 1):
        assert await found_in(rights, number[-length:]) == {first}
        assert await found_in(rights, other[-length:]) == {second}
    fullwidth = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in number)
    for keywords in (fullwidth, f"{number[:4]} {number[-4:]}", f"*{number}*", f'"{number}"', f"facture {number[-4:]}"):
        assert await found_in(rights, keywords) == {first}
    for keywords in (number[-3:], number[-2:], f"{number}0", f"{number[-4:]} absent"):
        assert await found_in(rights, keywords) == set()


async def test_a_short_part_of_a_number_matches_the_words_of_a_text(desk: Desk) -> None:
    ticket_id = await submit(desk, description="Voir la facture 001.")
    await submit(desk)
    assert await found_in(await town_agent(), "001") == {ticket_id}


@pytest.mark.parametrize(
    "keywords",
    [
        "attente", "déposée mars", "ateliers kervella", "KERVELLA sas", "aïcha",
        "aicha.kervella@ateliers-kervella.example", "factures", "invoices", "statut d’une facture",
        "status of an invoice", "kervella mars attente statut invoices",
    ],
)  # fmt: skip
async def test_words_of_one_or_several_fields_find_a_ticket(desk: Desk, keywords: str) -> None:
    ticket_id = await submit(desk)
    await submit(desk, "other-requester", code="CONTRACTS_ORDER", short_description="Rien", description="Rien",
                 issuer_structure_id=await id_of("structures", "identifier", "00053391900015"))  # fmt: skip
    assert await found_in(await town_agent(), keywords) == {ticket_id}
    assert await found_in(await town_agent(), f"{keywords} absent") == set()


async def test_a_ticket_is_found_by_a_message_and_a_filename_after_their_action(desk: Desk) -> None:
    rights, other = await town_agent(), await ticket_at(desk, "taken")
    ticket_id = await submit(desk, files=[upload("Déclaration_FAC-77.pdf", b"%PDF-1.4")])
    assert await found_in(rights, "declaration fac 77 pdf") == {ticket_id}
    await act(desk, "agent-1", "assign_ticket_to_me", ticket_id)
    for login, action, message, keywords in (
        ("agent-1", "request_information", "Quel est le numéro d’engagement ?", "d'engagement"),
        ("requester", "provide_information", "Le zébré-42", "zebre-42"),
        ("agent-1", "propose_solution", "Dossier régularisé", "REGULARISE dossier"),
        ("requester", "refuse_solution", "Toujours œdémateux", "oedemateux"),
    ):
        assert await found_in(rights, keywords) & {ticket_id} == set()
        await act(desk, login, action, ticket_id, message=message, files=[upload(f"{action}.é.txt", b"a")])
        listing = TicketList(rights, InboxTab.ALL_EXCEPT_CLOSED, terms(f"{keywords} {action} e.txt kervella"))
        assert [row.id for row in await listing.page((), Order(), offset=0, size=10)] == [ticket_id]
    assert other not in await found_in(rights, "d'engagement zebre regularise oedemateux declaration")
    assert await found_in(rights, "d'engagement zebre regularise oedemateux declaration") == {ticket_id}


async def test_a_search_finds_only_visible_tickets_before_and_after_a_transfer(desk: Desk) -> None:
    ticket_id = await ticket_at(desk, "transferred")
    seen = {"support": True, "agent-1": False, "reader": False, "service-agent": False, "other-agent": False}
    for login, sees in seen.items():
        rights = await rights_of(await id_of("users", "login", login))
        assert await found_in(rights, "transfer_to_support kervella") == ({ticket_id} if sees else set())
        # The scope is in the index: a search does not read the tickets of others.
        sql, values = index.condition(terms("transfer_to_support"), received_tokens(rights))
        assert await select(f"SELECT t.id FROM tickets t WHERE {sql}", *values) == ([(ticket_id,)] if sees else [])
    sql, values = index.condition(terms("transfer_to_support"), [])
    assert await select(f"SELECT t.id FROM tickets t WHERE {sql}", *values) == [], "no scope finds no ticket"
    for login, sees in {"requester": True, "colleague": True, "other-requester": False, "support": False}.items():
        sent = TicketList(await rights_of(await id_of("users", "login", login)), None, terms("transfer_to_support"))
        assert await sent.count() == int(sees)


def test_names_are_sorted_without_case_accents_and_ligatures() -> None:
    names = ["Œuvrard", "Élise", "Zoé", "nguyễn", "Eloi", "Nguema", "Ode"]
    assert sorted(names, key=sort_key) == ["Élise", "Eloi", "Nguema", "nguyễn", "Ode", "Œuvrard", "Zoé"]
