"""The `newsfacts` command as a person at a terminal meets it: what it does, what it prints, how it fails."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from api.commands import main
from api.settings import Settings, described_settings
from api.store.opening import Store, latest_migration
from tests import postgres
from tests.commands.running import Run, failed, succeeded

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*-*.json"))
README = ROOT / "README.md"
NEWSFACTS = Path(sys.executable).with_name("newsfacts")
COMMANDS = [
    *("serve", "upgrade", "distribute", "seed", "ingest", "import", "validate", "extract", "export", "openapi"),
    *("keys create", "keys list", "keys revoke"),
    "work",
    "replay",
    *("backup", "check", "stats", "purge"),
]
PATIENCE_SECONDS = 30

Sheet = dict[str, Any]


# Help.


def commands(group: click.Group = main, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Go through the commands, those of groups by the name of their group and their own."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


def test_these_are_the_commands() -> None:
    assert [name for name, _ in commands()] == sorted(COMMANDS)


@pytest.mark.parametrize(
    "command", [[], ["keys"], *(each.split() for each in COMMANDS)], ids=lambda each: " ".join(each) or "alone"
)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_tells_what_it_does_with_an_example(run: Run, command: list[str], flag: str) -> None:
    told = succeeded(run(*command, flag))
    assert "Example:" in told
    example = re.search(r"newsfacts (\w+)", told.partition("Example:")[2])
    assert example
    assert example[1] == (command[0] if command else "upgrade") or example[1] in COMMANDS
    assert re.search(r"^  \w.+\.$", told, re.MULTILINE)


def test_the_command_tells_its_version(run: Run) -> None:
    assert re.fullmatch(r"newsfacts, version \d+\.\d+\.\d+\n", succeeded(run("--version")))


def test_a_command_that_is_not_there_fails(run: Run) -> None:
    assert "No such command" in failed(run("sow"))


@pytest.mark.parametrize("command", ["ingest", "validate"])
def test_a_command_that_takes_files_wants_some(run: Run, command: str) -> None:
    assert "Missing argument" in failed(run(command))


@pytest.mark.parametrize("command", ["upgrade", "seed", "openapi"])
def test_an_argument_that_is_not_taken_is_refused(run: Run, command: str) -> None:
    failed(run(command, "something"))
    failed(run(command, "--something"))


# Settings.


DATABASES = [
    ("nonsense", "NEWSFACTS_DATABASE_URL"),
    ("mysql://localhost/x", "NEWSFACTS_DATABASE_URL"),
    ("sqlite://", "needs a file"),
    ("sqlite:////no/such/folder/x.db", "does not answer"),
    ("postgresql+psycopg://nobody:geheim@127.0.0.1:1/none", "does not answer"),
]


@pytest.mark.parametrize(
    "url, read_url, says",
    [
        ("sqlite:///x.db", "postgresql://localhost/x", "needs a PostgreSQL"),
        ("postgresql://localhost/x", "sqlite:///x.db", "must begin with postgresql"),
        ("postgresql://localhost/x", "nonsense", "not a database URL"),
    ],
)
def test_a_replica_that_cannot_be_had_is_said_in_one_line(run: Run, url: str, read_url: str, says: str) -> None:
    told = failed(run("serve", NEWSFACTS_DATABASE_URL=url, NEWSFACTS_DATABASE_READ_URL=read_url))
    assert told.startswith("newsfacts: NEWSFACTS_DATABASE_READ_URL")
    assert says in told


@pytest.mark.parametrize(
    "command, url, says",
    [
        (command, *database)
        for command in ("upgrade", "seed", "serve", "validate", "ingest")
        for database in DATABASES
        # To validate, a file that is not there yet is an empty store.
        if (command, database) != ("validate", DATABASES[3])
    ],
)
def test_a_database_that_cannot_be_had_is_said_in_one_line(
    run: Run, written: Callable[..., Path], sheet: Sheet, command: str, url: str, says: str
) -> None:
    files = [written(sheet)] if command in ("validate", "ingest") else []
    told = failed(run(command, *files, NEWSFACTS_DATABASE_URL=url))
    assert says in told
    assert told.startswith("newsfacts: ")
    assert len(told.splitlines()) == 1
    assert "geheim" not in told


BAD_SETTINGS = [
    ("NEWSFACTS_PORT", "eight"),
    ("NEWSFACTS_PORT", "-1"),
    ("NEWSFACTS_PORT", "0"),
    ("NEWSFACTS_PORT", "65536"),
    ("NEWSFACTS_PORT", ""),
    ("NEWSFACTS_WORKERS", "0"),
    ("NEWSFACTS_WORKERS", "2.5"),
    ("NEWSFACTS_THREADS", "0"),
    ("NEWSFACTS_THREADS", "many"),
    ("NEWSFACTS_POOL_SIZE", "0"),
    ("NEWSFACTS_POOL_SIZE", "५"),
    ("NEWSFACTS_ACCESS_LOG", "yes"),
    ("NEWSFACTS_PUBLIC_READ", "1"),
    ("NEWSFACTS_ARTICLE_TEXT", "none"),
    ("NEWSFACTS_LARGEST_BODY", "16M"),
    ("NEWSFACTS_LARGEST_BODY", "10"),
    ("NEWSFACTS_RATE_LIMIT_READ", "often"),
    ("NEWSFACTS_RATE_LIMIT_READ", "10"),
    ("NEWSFACTS_RATE_LIMIT_WRITE", "10/fortnight"),
    ("NEWSFACTS_PRIVATE_HOSTS", "10.0.0.0/33"),
    ("NEWSFACTS_PRIVATE_HOSTS", "http://receiver"),
    ("NEWSFACTS_WEBHOOK_TIMEOUT", "0"),
    ("NEWSFACTS_WEBHOOK_TIMEOUT", "1e1"),
    ("NEWSFACTS_WEBHOOK_BACKOFF", "-5"),
    ("NEWSFACTS_WEBHOOK_BACKOFF", "601"),
]


@pytest.mark.parametrize("name, value", BAD_SETTINGS)
def test_a_setting_that_does_not_fit_is_refused_by_name(run: Run, name: str, value: str) -> None:
    told = failed(run("upgrade", **{name: value}))
    assert name in told
    assert repr(value) in told


def test_settings_are_read_from_the_environment() -> None:
    read = Settings.from_environment({"NEWSFACTS_PORT": "81", "NEWSFACTS_ACCESS_LOG": "FALSE", "OTHER": "x"})
    assert (read.port, read.access_log) == (81, False)
    assert Settings.from_environment({}) == Settings()


def test_every_setting_has_a_reason() -> None:
    for variable, _, reason in described_settings():
        assert variable.startswith("NEWSFACTS_")
        assert reason.endswith(".")


def test_readme_has_every_setting_with_its_default() -> None:
    table = dict(re.findall(r"^\| `(NEWSFACTS_\w+)` \| `?(.*?)`? \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    shown = {
        variable: str(default).lower() if isinstance(default, bool) else str(default)
        for variable, default, _ in described_settings()
    }
    assert table == shown


def test_readme_names_no_setting_that_there_is_not() -> None:
    named = set(re.findall(r"NEWSFACTS_[A-Z_]+", README.read_text(encoding="utf-8")))
    of_tests = {"NEWSFACTS_TEST_DATABASE_URL", "NEWSFACTS_TEST_CITUS_URL"}
    assert named - {variable for variable, *_ in described_settings()} <= of_tests


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_has_every_command_with_its_options(command: str) -> None:
    table = dict(
        re.findall(
            r"^\| `newsfacts (\w+(?: [a-z]+)?)[^`]*` \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert set(table) == set(COMMANDS)
    options = [each for each in dict(commands())[command].params if isinstance(each, click.Option)]
    for option in options:
        assert f"`{option.opts[0]}" in table[command], f"README does not tell of newsfacts {command} {option.opts[0]}"


# Upgrade.


def test_upgrade_makes_the_tables_and_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    first, again = succeeded(run("upgrade")), succeeded(run("upgrade"))
    assert re.fullmatch(rf"SQLite [\d.]+: tables were made at {latest_migration()}\.\n", first)
    assert re.fullmatch(rf"SQLite [\d.]+: tables are at {latest_migration()}\.\n", again)
    assert (tmp_path / "newsfacts.db").exists()


def test_upgrade_of_a_database_server(run: Run, postgres_server: postgres.Server | postgres.Absent) -> None:
    if isinstance(postgres_server, postgres.Absent):
        pytest.skip(postgres_server.reason)
    url = postgres_server.create_database()
    assert succeeded(run("upgrade", NEWSFACTS_DATABASE_URL=url)).startswith("PostgreSQL ")
    assert "created" in succeeded(run("seed", NEWSFACTS_DATABASE_URL=url))


# Ingest, validate, seed.


def test_ingest_stores_a_sheet_once(on_both: Run, written: Callable[..., Path], sheet: Sheet) -> None:
    path = written(sheet)
    assert succeeded(on_both("ingest", path)) == "sheet.json: article created, 1 fact (1 created)\n"
    assert succeeded(on_both("ingest", path)) == "sheet.json: article unchanged, 1 fact (1 unchanged)\n"


def test_a_refused_sheet_is_told_with_every_flaw_and_the_others_are_stored(
    on_both: Run, store: Store, written: Callable[..., Path], sheet: Sheet
) -> None:
    good = written(sheet, "good.json")
    sheet["article"] |= {"id": "other", "publisher": "Other"}
    sheet["events"][0] |= {"id": "other", "modes": ["troops"], "date": {"edtf": "soon"}}
    done = on_both("ingest", written(sheet, "bad.json"), good)
    told = failed(done)
    assert "bad.json: refused, 2 flaws" in told
    assert "  /events/0/modes/0: 'troops' is no mode of 'consult'" in told
    assert "  /events/0/date/edtf: 'soon' is not an EDTF date" in told
    assert done.stdout == "good.json: article created, 1 fact (1 created)\n"
    assert store.identity()[2] == 1


@pytest.mark.parametrize("command", ["ingest", "validate"])
@pytest.mark.parametrize(
    "content, says",
    [
        (None, "No such file"),
        ("not JSON", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"article": NaN}', "not JSON"),
        ('"\\ud800"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "/article: Missing data for required field."),
        ('{"article": {"source_file": "none.txt"}}', "/article/source_file: Cannot read none.txt"),
        ('{"article": {"source_file": "../none.txt"}}', "/article/source_file: Name a file in the folder"),
        ('{"article": {"source_file": "sheet.json", "story_start": "x"}}', "/article/story_start"),
        ('{"article": {}, "actors_file": "none.json"}', "/actors_file: Cannot read none.json"),
        ('{"article": {}, "actors_file": 5}', "/actors_file: Name a file in the folder"),
        ('{"article": {}, "actors_file": "actors.json", "events": null}', "/events"),
        ('{"article": {}, "actors_file": "actors.json", "events": ["x"]}', "/events/0"),
        ('{"article": {}, "actors_file": "actors.json", "events": [{"actors": [5]}]}', "/events/0/actors/0"),
        ('{"article": {}, "actors_file": "actors.json", "actors": 5}', "/actors"),
        ('{"article": {}, "actors_file": "wrong.json"}', "/actors"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_by_name(
    run: Run, written: Callable[..., Path], tmp_path: Path, command: str, content: str | None, says: str
) -> None:
    succeeded(run("upgrade"))
    path = written(content) if content is not None else tmp_path / "sheet.json"
    written({"actors": [{"id": "x", "name": "X", "kind": "group"}]}, "actors.json")
    written({"actors": {"id": "x"}}, "wrong.json")
    told = failed(run(command, path))
    assert "sheet.json" in told
    assert says in told


def test_a_folder_is_no_sheet(run: Run, tmp_path: Path) -> None:
    assert "is a directory" in failed(run("validate", tmp_path))


def test_validate_says_what_ingest_says(on_both: Run, written: Callable[..., Path], sheet: Sheet) -> None:
    good = written(sheet, "good.json")
    sheet["events"][0]["evidence"] = [{"exact": "France received Germany on Tuesday"}]
    bad = written(sheet, "bad.json")
    for path in (good, bad):
        said, done = on_both("validate", path), on_both("ingest", path)
        assert (said.exit_code, said.stderr) == (done.exit_code, done.stderr)
        assert said.stdout.replace("would be ", "") == done.stdout
    again = "good.json: article would be unchanged, 1 fact (1 would be unchanged)\n"
    assert succeeded(on_both("validate", good)) == again


def test_validate_writes_nothing_at_all(run: Run, tmp_path: Path, written: Callable[..., Path], sheet: Sheet) -> None:
    path = written(sheet)
    assert succeeded(run("validate", path)) == "sheet.json: article would be created, 1 fact (1 would be created)\n"
    assert [each.name for each in tmp_path.iterdir()] == ["sheet.json"]


def test_validate_leaves_a_store_as_it_is(
    on_both: Run, store: Store, written: Callable[..., Path], sheet: Sheet
) -> None:
    succeeded(on_both("validate", written(sheet)))
    assert store.identity()[2] == 0


def test_validate_takes_files_in_their_order_as_ingest_does(run: Run) -> None:
    """The second seed speaks of facts of the first one."""
    told = succeeded(run("validate", *SEEDS))
    assert [line.split(":")[0] for line in told.splitlines()] == [path.name for path in SEEDS]


def test_the_seeds_are_good_sheets_for_anyone(run: Run) -> None:
    succeeded(run("upgrade"))
    succeeded(run("ingest", *SEEDS))
    assert [line.count("article unchanged") for line in succeeded(run("seed")).splitlines()] == [1, 1]


def test_a_review_is_taken_over_only_when_asked_for(
    on_both: Run, store: Store, written: Callable[..., Path], sheet: Sheet
) -> None:
    sheet["events"][0]["review"] = {"status": "approved", "by": "editor"}
    path = written(sheet)
    succeeded(on_both("ingest", path))
    sheet["article"] |= {"id": "again", "publisher": "Other"}
    sheet["events"][0]["id"] = "again"
    succeeded(on_both("ingest", "--with-review", written(sheet)))
    assert {row[0]: b'"approved"' in bytes(row[1]) for row in _facts(store)} == {
        "again": True,
        "france-received-germany": False,
    }


def _facts(store: Store) -> list[Any]:
    with store.reader.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT id, document FROM facts"))


@pytest.mark.parametrize("command", ["seed", "ingest"])
def test_a_file_gets_its_tables_unasked(
    run: Run, written: Callable[..., Path], sheet: Sheet, command: str, tmp_path: Path
) -> None:
    assert "created" in succeeded(run(command, *([written(sheet)] if command == "ingest" else [])))
    assert (tmp_path / "newsfacts.db").exists()


@pytest.mark.parametrize("command", ["seed", "ingest", "serve"])
def test_a_database_server_is_upgraded_by_upgrade_alone(
    run: Run,
    written: Callable[..., Path],
    sheet: Sheet,
    postgres_server: postgres.Server | postgres.Absent,
    command: str,
) -> None:
    if isinstance(postgres_server, postgres.Absent):
        pytest.skip(postgres_server.reason)
    files = [written(sheet)] if command == "ingest" else []
    told = failed(run(command, *files, NEWSFACTS_DATABASE_URL=postgres_server.create_database()))
    assert "newsfacts upgrade" in told


# OpenAPI.


def test_openapi_prints_the_committed_document_and_touches_no_database(run: Run, tmp_path: Path) -> None:
    assert succeeded(run("openapi")) == (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    assert json.loads(succeeded(run("openapi", "--format", "json")))["openapi"] == "3.1.0"
    assert list(tmp_path.iterdir()) == []
    failed(run("openapi", "--format", "xml"))


# Serve.


def _environment(url: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    return plain | {"NEWSFACTS_DATABASE_URL": url}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, port: int, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [NEWSFACTS, "serve", "--port", str(port)],
        cwd=folder,
        env=_environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _answer(server: subprocess.Popen[str], url: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            assert server.poll() is None, "the server died"
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_serve_prints_its_urls_and_answers_until_it_is_told_to_end(tmp_path: Path) -> None:
    port = _free_port()
    server = _start(tmp_path, port, f"sqlite:///{tmp_path}/served.db")
    try:
        ready = _answer(server, f"http://127.0.0.1:{port}/readyz")
        assert ready["status"] == "ready"
        assert ready["migration"] == latest_migration()
        assert _answer(server, f"http://127.0.0.1:{port}/v1/facts") == {"items": [], "next_cursor": None}
        second = subprocess.run(
            [NEWSFACTS, "serve", "--port", str(port)],
            cwd=tmp_path,
            env=_environment(f"sqlite:///{tmp_path}/served.db"),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    finally:
        server.send_signal(signal.SIGTERM)
        printed, errors = server.communicate(timeout=PATIENCE_SECONDS)
    for path in ("/v1/facts", "/docs", "/openapi.yaml"):
        assert f"http://127.0.0.1:{port}{path}" in printed
    assert server.returncode == 0
    assert "Traceback" not in errors
    requests = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    answered = [(each["method"], each["path"], each["status"]) for each in requests if "path" in each]
    assert ("GET", "/v1/facts", 200) in answered
    # The port was taken: the second one says so, and that is all it says.
    assert second.returncode != 0
    assert "Traceback" not in second.stderr
    assert str(port) in second.stderr
    assert "in use" in second.stderr.lower()


@pytest.mark.parametrize("option", [["--port", "0"], ["--port", "x"], ["--port", "65536"], ["--workers", "0"]])
def test_serve_refuses_options_that_do_not_fit(run: Run, option: list[str]) -> None:
    assert option[0] in failed(run("serve", *option))


def test_the_installed_command_is_this_one(tmp_path: Path) -> None:
    done = subprocess.run([NEWSFACTS, "sow"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "No such command" in done.stderr
    assert done.stdout == ""
