"""The page of curl commands, pasted block by block into one shell over a real server."""

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


def matches(printed: str, documented: str) -> bool:
    """Whether the output is the documented one, in which « … » stands for any text."""
    return re.fullmatch(".*?".join(map(re.escape, documented.split("…"))), printed.strip(), re.DOTALL) is not None


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder that looks like the repository, where commands may leave files."""
    curl = shutil.which("curl")
    version = subprocess.run([curl, "--version"], capture_output=True, text=True, check=True).stdout if curl else ""
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < NEEDED:
        missing("needs curl 7.82 or newer: apt-get install curl")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / ".venv").symlink_to(EXAMPLES.parent / ".venv")
    return folder


def paste(shell: subprocess.Popen[str], block: str, documented: str) -> str:
    """Pastes a block and returns its output; interrupts a subscription once it has printed all that is documented."""
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(f"{block}\necho; echo '{END}'\n")
    shell.stdin.flush()
    printed, goes_on = "", "Accept: text/event-stream" in block
    while (line := shell.stdout.readline()) not in (f"{END}\n", ""):
        printed += line
        if goes_on and matches(printed, documented):
            goes_on = False
            (curl,) = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text(encoding="utf-8").split()
            os.kill(int(curl), signal.SIGINT)
    return printed


def test_each_curl_command_works_as_pasted_and_prints_its_documented_output(server: Server, top: Path) -> None:
    assert len(BLOCKS) == PAGE.count("```sh")
    environment = {**server.env, "SAISINE_URL": server.url}
    with subprocess.Popen(
        ["bash"], cwd=top, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as shell:  # fmt: skip
        for block, documented in BLOCKS:
            printed = paste(shell, block, documented)
            assert matches(printed, documented), f"{block}\nprinted:\n{printed}\nexpected:\n{documented}"
        assert shell.stdin is not None
        shell.stdin.close()
        assert shell.wait(20) == 0
    assert [path.name for path in top.iterdir()] == [".venv"]
