"""The lint of the TypeScript clients; it also finds files that import each other in a circle."""

import subprocess
from pathlib import Path

from tests.clients.nodes import missing

CONSOLE = Path(__file__).parents[2] / "client-examples" / "agent-console"


def test_typescript_clients_pass_lint_and_import_nothing_in_a_circle() -> None:
    if not (CONSOLE / "node_modules" / ".bin" / "oxlint").exists():
        missing("the console's packages are not installed: `make console` (needs Node.js 20.19 or newer)")
    command = ["npm", "run", "--silent", "lint"]
    ended = subprocess.run(command, cwd=CONSOLE, capture_output=True, encoding="utf-8", timeout=100, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
