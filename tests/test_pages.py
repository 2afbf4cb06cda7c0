"""The pages: links lead somewhere, what they name exists, generated parts are up to date. Nothing is fetched."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from graph.settings import Settings
from graph.settings_page import as_example, as_markdown, groups
from models.workflow import RefusalCode, diagram

ROOT = Path(__file__).parent.parent
INSTALLED = {"node_modules", ".venv", ".codegen", "var", "build", "dist", ".git", ".pytest_cache", ".ruff_cache"}
PAGES = sorted(page for page in ROOT.rglob("*.md") if not INSTALLED & set(page.relative_to(ROOT).parts))
README = (ROOT / "README.md").read_text("utf-8")

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(
    r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\b[^>]*?(?:src|href)=\"([^\"]+)\"|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE
)
CODE = re.compile(r"`([^`\n]+)`")
OF_PROGRAMS = {"SAISINE_TOKEN", "SAISINE_URL", "SAISINE_SOAK", "SAISINE_SCREENSHOTS"}
"""Variables that are no settings: the example clients' and the tests'."""


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=named)


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", page.read_text("utf-8")))
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", prose(page), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def links(page: Path) -> Iterator[str]:
    """The relative targets of a page's links and pictures."""
    for target in ("".join(found) for found in LINK.findall(CODE.sub("``", prose(page)))):
        if not re.match(r"[a-z][a-z0-9+.-]*:", target):
            yield unquote(target)


@each_page
def test_relative_links_and_anchors_exist(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        leads_to = (page.parent / path).resolve() if path else page
        assert leads_to.is_relative_to(ROOT), f"{target} leads out of the repository"
        assert leads_to.exists(), target
        if anchor and leads_to.suffix == ".md":
            assert anchor in anchors(leads_to), target


@each_page
def test_paths_in_code_marks_exist(page: Path) -> None:
    for code in CODE.findall(prose(page)):
        if re.fullmatch(r"\.{0,2}[\w./-]*/[\w.-]+\.(py|md|ya?ml|toml|graphql|ts|tsx)", code) and "…" not in code:
            places = (page.parent, ROOT, ROOT / "models", ROOT / "graph", ROOT / "client-examples")
            assert any((place / code).exists() for place in places), code


@each_page
def test_diagrams_have_no_semicolon_which_ends_a_line_of_mermaid(page: Path) -> None:
    for diagram_ in re.findall(r"^```mermaid\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        assert ";" not in diagram_


@each_page
def test_settings_named_on_pages_exist(page: Path) -> None:
    settings = {f"SAISINE_{name.upper()}" for name in Settings.model_fields}
    for name in set(re.findall(r"SAISINE_[A-Z0-9_]*[A-Z0-9]", page.read_text("utf-8"))):
        assert name in settings | OF_PROGRAMS or name.startswith(("SAISINE_TEST_", "SAISINE_BENCH_")), name


def test_no_page_is_unreachable_from_the_readme() -> None:
    found, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        for target in links(page):
            path = (page.parent / target.partition("#")[0]).resolve()
            waiting += [path / "README.md" if path.is_dir() else path] if target[0] != "#" else []
        waiting = [path for path in waiting if path.suffix == ".md" and path.exists()]
    templates = {page for page in PAGES if page.parent.name == "ISSUE_TEMPLATE" or "pull_request" in page.name.lower()}
    assert set(PAGES) - templates <= found


def test_the_readme_stays_within_130_lines_and_1000_words() -> None:
    lines = README.splitlines()
    assert len(lines) <= 130
    assert len(README.split()) <= 1000
    assert max(map(len, lines)) <= 120


def test_the_readme_draws_the_table_of_transitions() -> None:
    drawn = "\n".join(diagram())
    assert drawn in README, f"write into README.md:\n{drawn}"


def test_every_error_code_stands_on_the_page_for_app_developers() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "graph").rglob("*.py"))
    made = re.findall(
        r"CodedError\(\s*\"([A-Z_]+)\"|\"code\": \"([A-Z_]+)\"|^[A-Z_]+ = \"([A-Z]+_[A-Z_]+)\"$", sources, re.MULTILINE
    )
    codes = {"".join(found) for found in made} - {"PROMETHEUS_MULTIPROC_DIR"} | {code.value for code in RefusalCode}
    page = (ROOT / "client-examples/README.md").read_text("utf-8")
    assert len(codes) > 20
    assert not codes - set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))


def test_every_setting_has_a_heading_and_a_description() -> None:
    for heading, fields in groups().items():
        assert heading, [name for name, _ in fields]
        assert all(field.description for _, field in fields)


@pytest.mark.parametrize(
    ("path", "text", "option"),
    [(".env.example", as_example(), "--example"), (".readme/settings.md", as_markdown(), "--markdown")],
    ids=[".env.example", "settings.md"],
)
def test_generated_lists_of_settings_are_up_to_date(path: str, text: str, option: str) -> None:
    assert (ROOT / path).read_text("utf-8") == text, f"write it anew: saisine settings {option} > {path}"
