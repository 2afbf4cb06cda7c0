"""The page of curl commands: each block pasted into one shell, over a real server, prints what the page says."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.clients.documents import EXAMPLES
from tests.clients.nodes import missing
from tests.support.server import Server

pytestmark = pytest.mark.long

PAGE = (EXAMPLES / "curl/README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.+?)```\n\n```(?:json|text)\n(.+?)\n```\n", PAGE, re.DOTALL)
END = "~~end of the block~~"
NEEDED = (7, 82)


def as_told(printed: str, told: str) -> bool:
    """Whether that was printed; « … » stands for anything."""
    return re.fullmatch(".*?".join(map(re.escape, told.split("…"))), printed.strip(), re.DOTALL) is not None


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder as the repository's, where commands may leave files."""
    curl = shutil.which("curl")
    version = subprocess.run([curl, "--version"], capture_output=True, text=True, check=True).stdout if curl else ""
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < NEEDED:
        missing("needs curl 7.82 or newer: apt-get install curl")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / ".venv").symlink_to(EXAMPLES.parent / ".venv")
    return folder


def paste(shell: subprocess.Popen[str], block: str, told: str) -> str:
    """What a block prints; one that goes on is ended, as by Ctrl+C, when all has come that the page tells."""
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(f"{block}\necho; echo '{END}'\n")
    shell.stdin.flush()
    printed, goes_on = "", "Accept: text/event-stream" in block
    while (line := shell.stdout.readline()) not in (f"{END}\n", ""):
        printed += line
        if goes_on and as_told(printed, told):
            goes_on = False
            (curl,) = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text(encoding="utf-8").split()
            os.kill(int(curl), signal.SIGINT)
    return printed


def test_every_command_of_the_page_works_as_pasted_and_prints_what_the_page_says(server: Server, top: Path) -> None:
    assert len(BLOCKS) == PAGE.count("```sh")
    environment = {**server.env, "SAISINE_URL": server.url}
    with subprocess.Popen(
        ["bash"], cwd=top, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as shell:  # fmt: skip
        for block, told in BLOCKS:
            printed = paste(shell, block, told)
            assert as_told(printed, told), f"{block}\nprinted:\n{printed}\nand not:\n{told}"
        assert shell.stdin is not None
        shell.stdin.close()
        assert shell.wait(20) == 0
    assert [path.name for path in top.iterdir()] == [".venv"]
