"""Writes the settings as text: their current values, `.env.example`, and the page `.readme/settings.md`.

All three come from the settings classes, so that they cannot differ. A field with a
heading in its `json_schema_extra` begins a group.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from graph.settings import Settings
from models.settings import redacted

_PAGE = """\
# Settings

Environment variables, or lines of a file `.env` in the working directory; [`.env.example`](../.env.example) has them
all. Lists are JSON. `saisine settings` prints their current values; [operating.md](operating.md) explains their use.

This page is generated: `saisine settings --markdown > .readme/settings.md`.
"""


def groups() -> dict[str, list[tuple[str, FieldInfo]]]:
    """Return the fields of the settings by heading, in the order of the classes."""
    found: dict[str, list[tuple[str, FieldInfo]]] = {}
    heading = ""
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        heading = str(extra["heading"]) if isinstance(extra, dict) else heading
        found.setdefault(heading, []).append((name, field))
    return found


def as_environment(settings: Settings) -> Iterator[str]:
    """Yield a line per setting: its value, and its default if that differs. Passwords are `***`."""
    for name, field in Settings.model_fields.items():
        value, default = getattr(settings, name), _default(field)
        differs = f"  # default: {_env_value(default)}" if value != default else ""
        yield redacted(f"SAISINE_{name.upper()}={_env_value(value)}{differs}")


def as_example() -> str:
    """Return `.env.example`: every setting with its default, commented out."""
    lines = ["# All settings with their defaults: copy to `.env` and uncomment those to change."]
    for heading, fields in groups().items():
        lines += ["", f"# === {heading}"]
        for name, field in fields:
            lines += [f"# {field.description}", f"# SAISINE_{name.upper()}={_env_value(_default(field))}"]
    return "\n".join(lines) + "\n"


def as_markdown() -> str:
    """Return `.readme/settings.md`: a table per heading."""
    parts = [_PAGE]
    for heading, fields in groups().items():
        rows = [f"| `SAISINE_{name.upper()}` | {_cell(field)} | {field.description} |" for name, field in fields]
        parts.append("\n".join([f"## {heading}", "", "| setting | default | |", "| --- | --- | --- |", *rows, ""]))
    return "\n".join(parts)


def _default(field: FieldInfo) -> Any:
    return field.get_default(call_default_factory=True)


def _cell(field: FieldInfo) -> str:
    """Return the default as a table cell."""
    default = _default(field)
    if isinstance(default, list):
        return "<br>".join(f"`{one}`" for one in default) or "`[]`"
    return f"`{_env_value(default)}`" if default != "" else ""


def _env_value(value: object) -> str:
    """Return a value as an environment variable holds it."""
    return json.dumps(value) if isinstance(value, (list, bool)) else str(value)
