"""Keys, as whoever runs the server makes, lists and revokes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.store.opening import Store
from tests.commands.running import Run, failed, succeeded
from tests.conftest import client_of

FORM = re.compile(r"nf_[A-Za-z0-9_-]{43}\n")


def made(run: Run, name: str, *options: str) -> str:
    done = run("keys", "create", name, *(options or ("--scope", "edit")))
    assert done.exit_code == 0, done.output
    assert FORM.fullmatch(done.stdout)
    return done.stdout.strip()


def listed(run: Run) -> dict[str, dict[str, str]]:
    """Read the table: what stands in each row, by the heading above it."""
    heading, *rows = succeeded(run("keys", "list")).splitlines()
    names = re.split(r"\s{2,}", heading)
    return {row.split()[0]: dict(zip(names, re.split(r"\s{2,}", row), strict=True)) for row in rows}


def test_a_key_is_printed_alone_so_that_a_script_can_take_it(on_both: Run) -> None:
    done = on_both("keys", "create", "newsroom", "--scope", "edit", "--scope", "review")
    assert FORM.fullmatch(done.stdout)
    assert "not shown again" in done.stderr


def test_every_key_is_another(on_both: Run) -> None:
    assert len({made(on_both, f"key-{n}") for n in range(5)}) == 5


def test_only_the_hash_of_a_key_is_stored(run: Run, tmp_path: Path) -> None:
    key = made(run, "newsroom")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"newsroom" in stored
    assert key.encode() not in stored
    assert key[3:].encode() not in stored


def test_the_list_tells_everything_but_the_key(on_both: Run, store: Store) -> None:
    key = made(on_both, "newsroom", "--scope", "review", "--scope", "edit", "--scope", "edit")
    made(on_both, "agency", "--scope", "ingest", "--expires", "2100-01-31")
    rows = listed(on_both)
    assert list(rows) == ["agency", "newsroom"]
    assert rows["newsroom"]["SCOPES"] == "review,edit"
    assert (rows["newsroom"]["EXPIRES"], rows["newsroom"]["LAST USED"]) == ("never", "never")
    assert rows["agency"]["EXPIRES"] == "2100-01-31T00:00:00Z"
    assert {row["STATE"] for row in rows.values()} == {"good"}
    assert key not in succeeded(on_both("keys", "list"))

    client_of(store).get("/v1/facts", headers={"Authorization": f"Bearer {key}"})
    used = listed(on_both)["newsroom"]["LAST USED"]
    assert datetime.now(UTC) - datetime.fromisoformat(used) < timedelta(minutes=10)


def test_a_store_without_keys_has_an_empty_list(on_both: Run) -> None:
    assert listed(on_both) == {}


def test_a_revoked_key_is_good_no_more_and_its_name_is_never_given_again(on_both: Run) -> None:
    made(on_both, "newsroom")
    assert succeeded(on_both("keys", "revoke", "newsroom")) == "newsroom: revoked\n"
    assert listed(on_both)["newsroom"]["STATE"] == "revoked"
    assert "no key 'newsroom' to revoke" in failed(on_both("keys", "revoke", "newsroom"))
    assert "already, or was" in failed(on_both("keys", "create", "newsroom", "--scope", "edit"))


def test_a_key_that_is_not_there_cannot_be_revoked(on_both: Run) -> None:
    assert "no key 'nobody'" in failed(on_both("keys", "revoke", "nobody"))


def test_an_end_may_be_given_in_days(on_both: Run) -> None:
    made(on_both, "newsroom", "--scope", "edit", "--expires", "365")
    end = datetime.fromisoformat(listed(on_both)["newsroom"]["EXPIRES"])
    assert timedelta(days=364) < end - datetime.now(UTC) <= timedelta(days=365)


@pytest.mark.parametrize("end", ["0", "2001-01-01", "soon", "-5", "1.5", "2030-02-30", "9" * 20, "", "٣"])
def test_an_end_that_is_none_is_refused(run: Run, end: str) -> None:
    assert repr(end) in failed(run("keys", "create", "newsroom", "--scope", "edit", f"--expires={end}"))


@pytest.mark.parametrize("name", ["", " ", " anna", "anna\n", "an\tna", "a" * 101, "\x1b[31m", "\udcff"])
def test_a_name_that_would_spoil_a_line_is_refused(run: Run, name: str) -> None:
    assert "A name is one line" in failed(run("keys", "create", name, "--scope", "edit"))


def test_a_name_may_be_of_any_script(on_both: Run) -> None:
    made(on_both, "Müller 東京")
    assert "Müller 東京" in succeeded(on_both("keys", "list"))


def test_a_key_without_a_scope_or_with_one_that_is_none_is_refused(run: Run) -> None:
    assert "--scope" in failed(run("keys", "create", "newsroom"))
    assert "'write'" in failed(run("keys", "create", "newsroom", "--scope", "write"))
