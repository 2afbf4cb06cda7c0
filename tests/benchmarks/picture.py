"""The ratios of the tables as an SVG bar chart on a logarithmic scale, with the minimum and the maximum of each.

A bar to the right of 1 means that the product is better, whether its unit is better high or low.
"""

from collections.abc import Callable, Sequence
from html import escape
from math import log10
from statistics import median

from tests.benchmarks.measure import Row

LINE, TOP, LEFT, WIDTH, RIGHT = 22, 46, 350, 420, 130
GOOD, BAD = "#2f7d4f", "#b3542d"


def picture(title: str, tables: dict[str, Sequence[Row]]) -> str:
    """The SVG of the tables, by heading."""
    gains = {id(row): _gains(row) for rows in tables.values() for row in rows}
    bounds = [log10(gain) for row in gains.values() for gain in row]
    low, high = min([-0.5, *bounds]) - 0.1, max([0.5, *bounds]) + 0.1

    def x(gain: float) -> float:
        return LEFT + WIDTH * (log10(gain) - low) / (high - low)

    parts, y = [f'<text x="12" y="24" font-size="15">{escape(title)}</text>'], TOP
    for heading, rows in tables.items():
        y += LINE
        parts.append(f'<text x="12" y="{y}" font-weight="bold">{escape(heading)}</text>')
        for row in rows:
            y += LINE
            parts += _bar(row, gains[id(row)], y, x)
    ticks = [gain for gain in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= log10(gain) <= high]
    grid = [
        f'<path d="M{x(gain):.1f} {TOP}V{y + 6}" stroke="{"#222" if gain == 1 else "#ddd"}"/>'
        f'<text x="{x(gain):.1f}" y="{y + LINE}" text-anchor="middle" fill="#555">{gain:g}</text>'
        for gain in ticks
    ]
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{y + 2 * LINE}"'
    inner = "\n".join(['<rect width="100%" height="100%" fill="#fff"/>', *grid, *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">\n{inner}\n</svg>\n'


def _gains(row: Row) -> list[float]:
    """How many times better the product is: minimum, median, maximum."""
    ratios = _ratios(row)
    gains = [1 / ratio for ratio in ratios] if row.unit.endswith("↓") else ratios
    return [min(gains), median(gains), max(gains)]


def _ratios(row: Row) -> list[float]:
    """The ratios by server CPU if known, which other work on the machine hardly affects."""
    return row.per_cpu or row.ratios()


def _bar(row: Row, gains: list[float], y: float, x: Callable[[float], float]) -> list[str]:
    least, middle, most = map(x, gains)
    one = x(1)
    colour = GOOD if middle >= one else BAD
    return [
        f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{escape(row.name)}</text>',
        f'<rect x="{min(one, middle):.1f}" y="{y - 11}" width="{abs(middle - one):.1f}" height="13" fill="{colour}"/>',
        f'<path d="M{least:.1f} {y - 4.5}H{most:.1f}" stroke="#222" stroke-width="1.5"/>',
        f'<text x="{LEFT + WIDTH + 8}" y="{y}">{median(_ratios(row)):.2f}</text>',
    ]
