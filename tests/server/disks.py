"""Small disks, to be filled up: file systems in memory, in name spaces of their own, which take no privileges.

with small_disk(megabytes=8) as disk:
    disk.inside("newsfacts", "serve")  # the command that sees the disk at disk.folder
    disk.outside / "file"              # the same place, as everyone else sees it
    disk.fill()
    disk.free()
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pwd import struct_passwd
from typing import Any

import pytest

_MOUNT = 'mount -t tmpfs -o size="$1"m,mode=0700 tmpfs "$2" && echo mounted && exec cat'


@dataclass(frozen=True)
class Disk:
    """A small disk, the process that keeps it, and what makes another process that of its owner."""

    folder: Path
    keeper: int
    owner: dict[str, Any]

    @property
    def outside(self) -> Path:
        return Path(f"/proc/{self.keeper}/root{self.folder}")

    def inside(self, *command: object) -> list[str]:
        enter = ["nsenter", "--target", str(self.keeper), "--user", "--mount", "--preserve-credentials"]
        return [*enter, f"--wdns={Path.cwd()}", *map(str, command)]

    def fill(self, but: int = 0) -> None:
        """Leave nothing free but so many bytes."""
        free = os.statvfs(self.outside).f_bavail * os.sysconf("SC_PAGE_SIZE")
        self._run("fallocate", "--length", max(free - but, 1), self._ballast)

    def free(self) -> None:
        """Give back what was filled."""
        self._run("rm", self._ballast)

    def _run(self, *command: object) -> None:
        subprocess.run(self.inside(*command), check=True, **self.owner)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(megabytes: int, user: struct_passwd | None = None) -> Iterator[Disk]:
    """Give a disk of that size, which belongs to a user if one is named; skips the test where none can be had."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        pytest.skip("no small disk: unshare and nsenter are not installed")
    owner = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="newsfacts-disk-") as folder:
        os.chown(folder, owner.get("user", -1), owner.get("group", -1))
        keeper = subprocess.Popen(
            ["unshare", "--mount", "--map-root-user", "sh", "-c", _MOUNT, "sh", str(megabytes), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **owner,
        )
        with keeper:
            try:
                if keeper.stdout.readline() != b"mounted\n":  # type: ignore[union-attr]
                    pytest.skip("no small disk: this system lets nobody have name spaces of their own")
                yield Disk(Path(folder), keeper.pid, owner)
            finally:
                keeper.kill()
