"""The facts that phrases name in braces: numbers, amounts, dates, people. All are invented, none is looked up.

Nothing here knows what a sentence says; a fact agrees with the others of its text (dates follow, a month precedes).
"""

from collections.abc import Callable, Sequence
from random import Random

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre")
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31)
CALENDAR = tuple((month, day) for month, length in enumerate(LENGTHS) for day in range(1, length + 1))
WRITTEN_DAYS = tuple(f"{'1er' if day == 1 else day} {MONTHS[month]}" for month, day in CALENDAR)
SHORT_DAYS = tuple(f"{day:02d}/{month + 1:02d}" for month, day in CALENDAR)
FIRST_DAY, DAYS = 59, 184  # from 1 March to 31 August; a second date comes at most 50 days later
NUMBERS = ("deux", "trois", "quatre", "cinq", "six", "sept", "huit")
PEOPLE = (
    "M. Aubertin",
    "Mme Benslimane",
    "M. Cazenave",
    "Mme Diallo",
    "M. Étienne",
    "Mme Ferrandi",
    "M. Guéguen",
    "Mme Haddad",
    "M. Ibarra",
    "Mme Jankowski",
    "M. Kouassi",
    "Mme Lecœur",
    "M. Mérieau",
    "Mme Nguyen-Roux",
    "M. Özdemir",
    "Mme Pruvost",
    "M. Rakotomalala",
    "Mme Sauveterre",
    "M. Traoré",
    "Mme Villeneuve",
)
BROWSERS = ("Firefox", "Edge", "Chrome", "Safari")
INVOICE_FORMATS = ("FAC-2026-%05d", "FAC-2026-%05d", "F26%05d", "FA-26-%05d", "2026-%05d", "FV%05d")
ENGAGEMENT_FORMATS = ("26%08d", "EJ 15%08d", "E26-%06d", "2026-%06d")
SERVICE_CODES = ("FIN-02", "DAF3", "S0417", "COMPTA", "TRAVAUX", "ACHATS-1", "SG-2026", "D12-LOG", "0042")
ERRORS = (
    "Erreur technique, veuillez réessayer",
    "Une erreur inattendue est survenue",
    "Valeur non autorisée (E-%04d)",
    "Opération non autorisée",
    "Erreur G%04d : contrôle non satisfait",
    "Donnée invalide, code %04d",
    "Erreur %04d",
)


def luhn_key(digits: str) -> int:
    """The digit that, put after `digits`, makes the Luhn sum a multiple of ten."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def _siret(serial: int) -> str:
    """A valid number that no company has: none begins with 000."""
    siren = f"000{serial:05d}"
    siren += str(luhn_key(siren))
    return f"{siren}0001{luhn_key(f'{siren}0001')}"


SIRETS = tuple(_siret(serial) for serial in range(31_117, 99_999, 557))


class Facts(dict[str, str]):
    """The facts of one text, each made when first named: the same number in the title and in the story."""

    __slots__ = ("day", "random", "space", "voice")

    def __init__(self, rng: Random) -> None:
        self.random = rng.random
        self.voice = int(rng.random() * 3)  # 0: no-break spaces and ’; 1: as typed, with '; 2: and dates in figures
        self.space = " " if self.voice else "\xa0"
        self.day = FIRST_DAY + int(rng.random() * DAYS)

    def __missing__(self, key: str) -> str:
        value = self[key] = MAKERS[key](self)
        return value

    def number(self, low: int, high: int) -> int:
        """A number from low to high - 1."""
        return low + int(self.random() * (high - low))

    def pick(self, choices: Sequence[str]) -> str:
        """One of the choices; `Random.choice` takes four times as long."""
        return choices[int(self.random() * len(choices))]


def _euros(facts: Facts, low: int, high: int) -> str:
    euros, cents = facts.number(low, high), int(facts.random() * 20) * 5
    space = facts.space
    if euros < 1000:
        return f"{euros},{cents:02d}{space}€"
    return f"{euros // 1000}{space}{euros % 1000:03d},{cents:02d}{space}€"


def _date(facts: Facts, day: int) -> str:
    return SHORT_DAYS[day] if facts.voice == 2 else WRITTEN_DAYS[day].replace(" ", facts.space)


def _of_month(facts: Facts, back: int) -> str:
    name = MONTHS[CALENDAR[facts.day][0] - back]
    if name[0] not in "ao":
        return "de " + name
    return ("d'" if facts.voice else "d’") + name


def _error(facts: Facts) -> str:
    text = facts.pick(ERRORS)
    return (text % facts.number(1000, 9999) if "%" in text else text).replace(" :", facts.space + ":")


def _iso(facts: Facts) -> str:
    month, day = CALENDAR[facts.day]
    return f"2026-{month + 1:02d}-{day:02d}"


def _plate(facts: Facts) -> str:
    letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
    pick = facts.random
    a, b, c, d = (letters[int(pick() * 23)] for _ in range(4))
    return f"{a}{b}-{facts.number(101, 999)}-{c}{d}"


MAKERS: dict[str, Callable[[Facts], str]] = {
    "invoice": lambda f: f.pick(INVOICE_FORMATS) % f.number(17, 4200),
    "amount": lambda f: _euros(f, 180, 3_000) if f.random() < 0.6 else _euros(f, 3_000, 48_000),
    "small": lambda f: _euros(f, 46, 178),
    "fee": lambda f: _euros(f, 180, 2_900) if f.random() < 0.9 else _euros(f, 2_900, 7_400),
    "round": lambda f: f"{f.number(3, 19) * 50}{f.space}€",
    "date": lambda f: _date(f, f.day),
    "date2": lambda f: _date(f, f.day + f.number(8, 51)),
    "iso": _iso,
    "days": lambda f: str(f.number(34, 98)),
    "hour": lambda f: f"{'vers' if f.random() < 0.4 else 'à'} {f.number(8, 18)}{f.space}h{f.space}{f.number(1, 6)}5",
    "of_month": lambda f: _of_month(f, 1),
    "of_month2": lambda f: _of_month(f, 2),
    "eng": lambda f: f.pick(ENGAGEMENT_FORMATS) % f.number(1_000, 999_999),
    "order": lambda f: f"BC-2026-{f.number(11, 980):04d}",
    "quote": lambda f: f"DV26-{f.number(11, 980):04d}",
    "market": lambda f: f"202{f.number(4, 6)}-{f.number(3, 96):03d}{'L' if f.random() < 0.3 else 'T'}{f.number(1, 9)}",
    "memo": lambda f: f"MFJ-2026-{f.number(5, 900):04d}",
    "rg": lambda f: f"{f.number(23, 27)}/{f.number(101, 4_980):05d}",
    "claim": lambda f: f"DR-2026-{f.number(5, 4_900):05d}",
    "mandate": lambda f: str(f.number(312, 7_950)),
    "bordereau": lambda f: str(f.number(21, 489)),
    "flow": lambda f: f"CPP26{f.number(100_000, 999_999)}",
    "code": lambda f: f.pick(SERVICE_CODES),
    "person": lambda f: f.pick(PEOPLE).replace(" ", f.space),
    "error": _error,
    "browser": lambda f: f.pick(BROWSERS),
    "siret": lambda f: f.pick(SIRETS),
    "n": lambda f: f.pick(NUMBERS),
    "n_cap": lambda f: f["n"].capitalize(),
    "k": lambda f: str(f.number(1, 60)),
    "litres": lambda f: str(f.number(900, 9_600)),
    "plate": _plate,
}
