"""The life cycle of our own database server, in a data directory that is thrown away."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mall.installation.postgres_server import (
    PostgresServer,
    find_place,
    running_server,
    server_in_use,
    start_server,
)
from mall.installation.refusal import InstallationRefused


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One cluster for the whole file: making it is the dear part.

    pytest's own folders are closed to others, so where root runs this goes to a folder the server's user can reach.
    """
    folder = Path(tempfile.mkdtemp(prefix="sunmall-server-"))
    folder.chmod(0o711)
    yield folder / "data"
    server = running_server(find_place(folder / "data"))
    if server is not None:
        server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(data_dir: Path) -> Iterator[PostgresServer]:
    with server_in_use(data_dir, durable=False) as started:
        yield started


def test_server_starts_answers_and_is_gone_after_the_last_user_leaves(data_dir: Path) -> None:
    with server_in_use(data_dir, durable=False) as server:
        with psycopg.connect(server.place.administrator_url()) as connection:
            answer = connection.execute("SELECT 1").fetchone()
        alive_inside = server.is_alive()

    assert answer == (1,)
    assert alive_inside
    assert running_server(find_place(data_dir)) is None


def test_second_user_finds_the_running_server_and_leaves_it_running(data_dir: Path, server: PostgresServer) -> None:
    with server_in_use(data_dir, durable=False) as second:
        found_pid, was_running = second.pid, second.was_running

    assert found_pid == server.pid
    assert was_running
    assert server.is_alive()


def test_server_listens_on_no_network_address_and_checks_its_pages(server: PostgresServer) -> None:
    with psycopg.connect(server.place.administrator_url()) as connection:
        addresses = connection.execute("SHOW listen_addresses").fetchone()
        checksums = connection.execute("SHOW data_checksums").fetchone()
        encryption = connection.execute("SHOW password_encryption").fetchone()

    assert addresses == ("",)
    assert checksums == ("on",)
    assert encryption == ("scram-sha-256",)


def test_wrong_password_is_turned_away_on_the_socket(server: PostgresServer) -> None:
    url = server.place.administrator_url()
    right = url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(right, "wrong"))


def test_socket_folder_and_cluster_are_closed_to_others(server: PostgresServer) -> None:
    assert stat.S_IMODE(server.place.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.place.cluster_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.place.data_dir / "secrets.json").stat().st_mode) == 0o600


def test_killed_server_starts_again_with_what_was_committed(data_dir: Path) -> None:
    first = start_server(data_dir)
    with psycopg.connect(first.place.administrator_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (amount_fen bigint)")
        connection.execute("INSERT INTO kept VALUES (12345)")
    os.kill(first.pid, signal.SIGKILL)
    assert first.process is not None
    first.process.wait()

    second = start_server(data_dir)

    try:
        with psycopg.connect(second.place.administrator_url(), autocommit=True) as connection:
            kept = connection.execute("SELECT amount_fen FROM kept").fetchone()
            connection.execute("DROP TABLE kept")
    finally:
        second.stop()
    assert kept == (12345,)
    assert second.pid != first.pid
    assert running_server(second.place) is None


def test_postmaster_file_naming_a_living_stranger_does_not_block_the_start(data_dir: Path) -> None:
    place = find_place(data_dir)
    stranger = subprocess.Popen(["sleep", "60"], **place.user.process_arguments())
    try:
        pid_file = place.cluster_dir / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{place.cluster_dir}\n{int(time.time())}\n5432\n", encoding="utf-8")
        place.user.own(pid_file)

        server = start_server(data_dir, durable=False)

        assert server.pid != stranger.pid
        assert server.is_alive()
        server.stop()
    finally:
        stranger.kill()
        stranger.wait()


def test_server_outlives_a_killed_starter_and_is_found_by_the_next(data_dir: Path) -> None:
    starter = subprocess.run(
        [
            sys.executable, "-c",
            "import os, signal, sys; from pathlib import Path\n"
            "from mall.installation.postgres_server import start_server\n"
            "print(start_server(Path(sys.argv[1]), durable=False).pid, flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)",
            str(data_dir),
        ],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip

    with server_in_use(data_dir, durable=False) as server:
        found_pid, was_running = server.pid, server.was_running

    assert starter.returncode == -signal.SIGKILL
    assert found_pid == int(starter.stdout)
    assert was_running
    assert running_server(find_place(data_dir)) is None


def test_lost_password_is_refused_with_a_sentence(data_dir: Path) -> None:
    secrets_file = data_dir / "secrets.json"
    kept = secrets_file.read_text(encoding="utf-8")
    secrets_file.unlink()
    try:
        with pytest.raises(InstallationRefused, match=r"secrets\.json"):
            start_server(data_dir, durable=False)
    finally:
        secrets_file.write_text(kept, encoding="utf-8")

    assert running_server(find_place(data_dir)) is None


def test_long_data_directory_gets_a_short_socket_folder(data_dir: Path) -> None:
    place = find_place(data_dir.parent / ("long" * 30))

    assert place.socket_dir.parent == Path("/tmp")
    assert len(str(place.socket_dir / ".s.PGSQL.5432")) < 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_never_opens_a_closed_folder_for_the_server(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    place = find_place(closed / "data")

    try:
        assert place.moved
        assert place.user.uid != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert place.cluster_dir.parent.parent == Path("/var/lib")
    finally:
        place.cluster_dir.parent.rmdir()
