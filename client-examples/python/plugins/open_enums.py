"""Makes ariadne-codegen write enums that accept unknown values: a newer server may have more values than `api/`."""

from ariadne_codegen.plugins.base import Plugin


class OpenEnums(Plugin):  # type: ignore[misc]
    """Derives every enum from `OpenEnum`, which ariadne-codegen copies into `api/`."""

    def generate_enums_code(self, generated_code: str) -> str:
        """The module of enums."""
        return generated_code.replace("from enum import Enum", "from .open_enum import OpenEnum").replace(
            "(str, Enum)", "(OpenEnum)"
        )
