"""Every command of README.md is run, in the order in which it stands there, and every answer compared.

How README writes them:

- A ```console block is one shell session. `$ ` begins a command, `> ` goes on with it; the lines below are what it
  prints, standard error included. Every command must succeed.
- A block whose language is followed by a name (```json ferry.json) is a file, in place for every command.
- `...` among the output is anything: on a line of its own any lines, else anything on that line.
- 127.0.0.1:8000 stands for a `newsfacts serve` over the seeds on a free port, POSTGRES for an empty database. The
  working directory is a temporary one, and `newsfacts.db` there is what is served.
- NOT_RUN lists the commands that are not run here, and why.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BIN = Path(sys.executable).parent
NODE_MODULES = ROOT / "tests/tools/node_modules"

NOT_RUN = {
    "make serve": "the tests start the server that it starts",
    "python -m benchmarks.read --facts 20000 --rounds 3 --seconds 1": "it wants minutes and a quiet machine",
    "python -m benchmarks.extraction --publish": "it wants minutes, and data that are not part of this repository",
    "make test": "it runs this test",
    "source .venv/bin/activate": "the tests run in this environment already",
    "newsfacts serve": "a server runs already",
    "pip install openapi-python-client": "it is among the locked requirements of the tests",
    "npm install openapi-typescript openapi-fetch typescript": "tests/tools has them, locked",
    "createdb newsfacts": "the fixture makes the database",
    "docker build --tag newsfacts .": "the tests need no Docker",
    "docker run --publish 8000:8000 --volume newsfacts:/data --name newsfacts --detach newsfacts": "the same",
    "docker exec newsfacts newsfacts seed": "the same",
}
ADDRESS = "127.0.0.1:8000"
POSTGRES = "postgresql+psycopg://newsfacts:secret@127.0.0.1/newsfacts"
END_OF_COMMAND = "=== end of command:"
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Command:
    line: int
    text: str
    expected: str


@dataclass(frozen=True)
class Block:
    language: str
    name: str
    text: str
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Done:
    printed: str = ""
    status: int = 0
    skipped: str = ""


def read_blocks(markdown: str) -> list[Block]:
    blocks = []
    for fence in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE):
        language, name, text = fence[1], fence[2] or "", fence[3]
        line = markdown.count("\n", 0, fence.start(3)) + 1
        commands = tuple(read_commands(text, line)) if language == "console" else ()
        blocks.append(Block(language, name, text, commands))
    return blocks


def read_commands(session: str, line: int) -> Iterator[Command]:
    for part in re.finditer(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
        text = part[1].replace("\n> ", "\n").rstrip("\n")
        yield Command(line + session.count("\n", 0, part.start()), text, part[2])


BLOCKS = read_blocks(README.read_text(encoding="utf-8"))
SESSIONS = [block for block in BLOCKS if block.commands]
COMMANDS = [command for block in SESSIONS for command in block.commands]


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server | postgres.Absent
) -> Iterator[dict[Command, Done]]:
    """Run the whole README once: what each command printed, its exit status, or why it was not run."""
    folder = tmp_path_factory.mktemp("readme")
    if NODE_MODULES.exists():
        (folder / "node_modules").symlink_to(NODE_MODULES)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    environment |= {"PATH": f"{BIN}:{environment['PATH']}", "NO_COLOR": "1", "no_proxy": "127.0.0.1"}
    # npm complains about settings that somebody else made.
    environment["npm_config_loglevel"] = "error"
    results: dict[Command, Done] = {}
    with serving(folder, environment) as address:
        stand_ins = {ADDRESS: address}
        if isinstance(postgres_server, postgres.Server):
            stand_ins[POSTGRES] = postgres_server.create_database()
        for block in BLOCKS:
            if block.name:
                (folder / block.name).write_text(replaced(block.text, stand_ins), encoding="utf-8")
        for block in SESSIONS:
            reason = lacking(block, postgres_server)
            results |= dict.fromkeys(block.commands, Done(skipped=reason)) if reason else {}
            if not reason:
                results |= run(block, folder, environment, stand_ins)
        yield results


def lacking(block: Block, postgres_server: postgres.Server | postgres.Absent) -> str:
    """Tell what a session needs that this machine lacks; empty if it can be run."""
    if shutil.which("curl") is None and "curl " in block.text:
        return "curl is not installed"
    if "npx " in block.text and shutil.which("npx") is None:
        return "Node is not installed"
    if "npx " in block.text and not NODE_MODULES.exists():
        return "the Node tools are not installed: npm ci --prefix tests/tools"
    if POSTGRES in block.text and isinstance(postgres_server, postgres.Absent):
        return postgres_server.reason
    return ""


def run(block: Block, folder: Path, environment: dict[str, str], stand_ins: dict[str, str]) -> dict[Command, Done]:
    """Run the commands of a block in one shell."""
    commands = [command for command in block.commands if command.text not in NOT_RUN]
    script = "exec 2>&1\n" + "".join(f'{each.text}\necho; echo "{END_OF_COMMAND} $?"\n' for each in commands)
    shell = subprocess.run(
        ["bash"],
        input=replaced(script, stand_ins),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    printed = replaced(shell.stdout, {real: shown for shown, real in stand_ins.items()})
    parts = re.split(rf"^{END_OF_COMMAND} (\d+)\n", printed.replace("\r\n", "\n"), flags=re.MULTILINE)
    assert len(parts) == 2 * len(commands) + 1, printed
    return {
        command: Done(text, int(status))
        for command, text, status in zip(commands, parts[::2], parts[1::2], strict=False)
    }


def replaced(text: str, stand_ins: dict[str, str]) -> str:
    for old, new in stand_ins.items():
        text = text.replace(old, new)
    return text


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Serve the seeds from `newsfacts.db` in a folder, as `make serve` does, and give host and port."""
    for command in ("upgrade", "seed"):
        subprocess.run([BIN / "newsfacts", command], cwd=folder, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [BIN / "newsfacts", "serve", "--port", port],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", log)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def wait_until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text()}")


def matches(expected: str, printed: str) -> bool:
    """Compare line by line; `...` is anything on a line, or any lines where it stands alone."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*?") + r"\n"
        for line in expected.strip("\n").splitlines()
    )
    lines = [f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines()]
    return re.fullmatch(pattern, "".join(lines)) is not None


@pytest.mark.parametrize(
    "command",
    [pytest.param(each, id=f"line {each.line}") for each in COMMANDS if each.text not in NOT_RUN],
)
def test_command(command: Command, done: dict[Command, Done]) -> None:
    result = done[command]
    if result.skipped:
        pytest.skip(result.skipped)
    if result.status or not matches(command.expected, result.printed):
        pytest.fail(
            f"README.md:{command.line}: $ {command.text}\n"
            f"ended with status {result.status} and printed\n{result.printed}\nwhere README has\n{command.expected}",
            pytrace=False,
        )


def test_every_block_is_run_or_plain_text() -> None:
    assert [block for block in BLOCKS if not (block.name or block.commands or block.language == "text")] == []
    assert README.read_text(encoding="utf-8").count("\n```") == 2 * len(BLOCKS)


def test_no_exception_is_left_over() -> None:
    assert set(NOT_RUN) <= {command.text for command in COMMANDS}


def test_files_that_are_linked_to_are_there() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    "expected, printed, same",
    [
        ("a\nb\n", "a\nb\n\n", True),
        ("a\n", "b\n", False),
        ('"etag": "..."\n', '"etag": "x1"\n', True),
        ("a\n  ...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nc\n", False),
        ("a...\n", "a\nb\n", False),
        ("", "a\n", False),
    ],
)
def test_comparison(expected: str, printed: str, same: bool) -> None:
    assert matches(expected, printed) is same
