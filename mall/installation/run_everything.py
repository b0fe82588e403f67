"""Runs the whole mall in the foreground: database, preparation, web server and worker, until it is told to stop."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mall.installation.child_process import ChildProcess, die_with_parent, wait_for
from mall.installation.database_roles import DATABASE_NAME, DatabaseUrls, make_database_and_roles
from mall.installation.keep_secrets import make_data_dir
from mall.installation.log_files import last_lines
from mall.installation.postgres_server import PostgresServer, running_server, server_in_use, start_server
from mall.installation.refusal import InstallationRefused
from mall.installation.restarts import Restarts
from mall.installation.run_console_commands import ConsoleStep, steps_command
from mall.installation.say_progress import mind_the_terminal, say, say_refusal, step
from mall.installation.single_instance import refuse_taken_port, single_instance
from mall.settings import Settings, read_settings

DONE, FAILED, REFUSED = 0, 1, 2
HOST = os.environ.get("SUNMALL_BIND") or "127.0.0.1"
SETTINGS_FILE = Path(__file__).with_name("gunicorn_settings.py")
LOOKS_EVERY_SECONDS = 0.1
WEB_STOPS_WITHIN_SECONDS = 25
WORKER_STOPS_WITHIN_SECONDS = 20
WEB_STARTS_WITHIN_SECONDS = 90
READY_WITHIN_SECONDS = 15


class StopAsked:
    """Whether Ctrl-C or a polite kill has come; further ones while we tidy up change nothing."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self._asked = False
        for number in self.SIGNALS:
            signal.signal(number, self._note)

    def __call__(self) -> bool:
        return self._asked

    def ignore_from_now_on(self) -> None:
        """All is stopped: a late Ctrl-C must not turn a good exit code into a bad one while Python takes leave."""
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def _note(self, number: int, frame: object) -> None:
        self._asked = True


def web_command() -> list[str]:
    """The web server, for SUNMALL_PORT of its environment."""
    return [sys.executable, "-m", "gunicorn", "--config", str(SETTINGS_FILE), "wsgi:create_app()"]


def worker_command() -> list[str]:
    return [str(Path(sys.executable).with_name("sunmall")), "worker"]


def run_everything(settings: Settings, *, demo: bool, stop_asked: StopAsked) -> int:
    """Start, serve, stop. Returns the exit code; raises InstallationRefused when something stands in the way."""
    data_dir = make_data_dir(settings.data_dir)
    address = f"http://127.0.0.1:{settings.port}"
    with single_instance(data_dir, address=address), ExitStack() as running:
        refuse_taken_port(HOST, port=settings.port)
        steps = 6 if demo else 5
        with step(1, of=steps, chinese="启动数据库", english="starting the database"):
            server, urls = running.enter_context(_database(settings, stop_asked=stop_asked))
        environment = _environment(settings, demo=demo)
        accounts = _prepare(environment, urls=urls, data_dir=data_dir, demo=demo, stop_asked=stop_asked)
        if accounts is None or stop_asked():
            return DONE if stop_asked() else REFUSED
        family = Family(environment, urls=urls, data_dir=data_dir, server=server)
        running.callback(family.stop)
        with step(steps, of=steps, chinese="启动网站和后台任务", english="starting the web server and the worker"):
            family.start()
            if not family.wait_for_web(address, stop_asked=stop_asked):
                return DONE if stop_asked() else FAILED
        _say_what_to_try(address, accounts=accounts, data_dir=data_dir, demo=demo)
        return family.watch(stop_asked=stop_asked)


COMMANDS = {"web": web_command, "worker": worker_command}


class Family:
    """The web server and the worker, with the database server when it is ours."""

    def __init__(
        self, environment: dict[str, str], *, urls: DatabaseUrls, data_dir: Path, server: PostgresServer | None
    ) -> None:
        # Neither learns how to change the schema or who the administrator is.
        kept = {key: value for key, value in environment.items() if key != "SUNMALL_DATABASE_URL"}
        self.environment = {**kept, "SUNMALL_APP_DATABASE_URL": urls.app}
        self.data_dir = data_dir
        self.server = server
        self.children: dict[str, ChildProcess] = {}
        self.restarts = Restarts(data_dir)

    def start(self) -> None:
        self.restarts.started("database")
        for name in COMMANDS:
            self._start(name)

    def _start(self, name: str) -> None:
        self.restarts.started(name)
        self.children[name] = ChildProcess(
            name, command=COMMANDS[name](), environment=self.environment, log_path=self.data_dir / "log" / f"{name}.log"
        )

    def wait_for_web(self, address: str, *, stop_asked: StopAsked) -> bool:
        """Whether the web server answers in time; then a little longer for the worker's first heartbeat."""
        web = self.children["web"]
        deadline = time.monotonic() + WEB_STARTS_WITHIN_SECONDS
        while not _answers(f"{address}/healthz"):
            if stop_asked():
                return False
            if web.ended_with() is not None or time.monotonic() > deadline:
                self._say_ended(web)
                return False
            time.sleep(0.05)
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not stop_asked() and not _answers(f"{address}/readyz"):
            if time.monotonic() > deadline:
                say(f"      注意：{address}/readyz 还未就绪", english="not ready yet; the worker's log may say why")
                break
            time.sleep(0.1)
        return True

    def watch(self, *, stop_asked: StopAsked) -> int:
        """Stay until a stop is asked for (0); what ends is started again, until it ends too often in a row (1)."""
        while not stop_asked():
            if not self._mend_database(stop_asked=stop_asked):
                return FAILED
            for name in COMMANDS:
                if not self._mend_child(name, stop_asked=stop_asked):
                    return FAILED
            time.sleep(LOOKS_EVERY_SECONDS)
        return DONE

    def _mend_database(self, *, stop_asked: StopAsked) -> bool:
        if self.server is None or self.server.is_alive():
            return True
        say("数据库进程意外结束", english="the database server ended unexpectedly")
        say(last_lines(self.server.place.log_path))
        if not self._may_restart("database", ended_with="", stop_asked=stop_asked):
            return False
        self.server = start_server(self.data_dir, give_up=stop_asked)
        self.restarts.started("database")
        return True

    def _mend_child(self, name: str, *, stop_asked: StopAsked) -> bool:
        child = self.children[name]
        code = child.ended_with()
        if code is None:
            return True
        self._say_ended(child)
        # Processes of a web server that was killed would hold its port for a while.
        child.end_what_it_left()
        if not self._may_restart(name, ended_with=str(code), stop_asked=stop_asked):
            return False
        if not stop_asked():
            self._start(name)
        return True

    def _may_restart(self, name: str, *, ended_with: str, stop_asked: StopAsked) -> bool:
        """Wait as long as befits the number of its ends in a row; False when there were too many."""
        pause_seconds = self.restarts.pause_before(name)
        if pause_seconds is None:
            say(f"{name} 接连结束太多次，不再尝试", english=f"{name} ended too often in a row; stopping everything")
            return False
        pause_ends_at = time.monotonic() + pause_seconds
        while time.monotonic() < pause_ends_at and not stop_asked():
            time.sleep(0.05)
        self.restarts.note(name, ended_with=ended_with)
        say(f"重新启动 {name}（等了 {pause_seconds:g} 秒）", english=f"starting it again after {pause_seconds:g} s")
        return True

    def _say_ended(self, child: ChildProcess) -> None:
        code = child.ended_with()
        say(
            f"\n{child.name} 已结束（退出码 {code}）；{child.log_path} 的最后几行：",
            english=f"it ended with {code}; the last lines of its log:",
        )
        say(last_lines(child.log_path))

    def stop(self) -> None:
        """The web server first, so that no new work comes; then the worker. The database is stopped by its owner."""
        say("\n正在停止…", english="stopping…")
        web, worker = self.children.get("web"), self.children.get("worker")
        if web:
            web.stop(within_seconds=WEB_STOPS_WITHIN_SECONDS)
        if worker:
            worker.stop(within_seconds=WORKER_STOPS_WITHIN_SECONDS)


@contextmanager
def _database(settings: Settings, *, stop_asked: StopAsked) -> Iterator[tuple[PostgresServer | None, DatabaseUrls]]:
    """The server (None when it is somebody else's) and the addresses of the database with its roles made."""
    if settings.database_url:
        say("      使用 SUNMALL_DATABASE_URL 指定的服务器", english="using the server of SUNMALL_DATABASE_URL")
        yield None, make_database_and_roles(settings.database_url, data_dir=settings.data_dir)
        return
    with server_in_use(settings.data_dir, give_up=stop_asked) as server:
        place = server.place
        found = "已在运行" if server.was_running else "已启动"
        say(
            f"      PostgreSQL {place.binaries.version} {found}，进程 {server.pid}，用户 {place.user.name}",
            english=f"process {server.pid}, user {place.user.name}, data in {place.cluster_dir}",
        )
        if place.moved:
            say(
                f"      用户 {place.user.name} 进不去 {place.data_dir}，数据库放在 {place.cluster_dir.parent}",
                english="because the server's user cannot reach the data directory; no folder was opened for it",
            )
        yield (
            server,
            make_database_and_roles(place.administrator_url(), data_dir=settings.data_dir, database=DATABASE_NAME),
        )
        if running_server(place) is not None:
            say("      数据库最后停止", english="the database stops last")


def _environment(settings: Settings, *, demo: bool) -> dict[str, str]:
    return {
        **os.environ,
        "SUNMALL_DATA_DIR": str(settings.data_dir),
        "SUNMALL_PORT": str(settings.port),
        "SUNMALL_SECRET_KEY": settings.secret_key,
        "SUNMALL_DEMO": "1" if demo else "0",
        "PYTHONUNBUFFERED": "1",
    }


def _prepare(
    environment: dict[str, str], *, urls: DatabaseUrls, data_dir: Path, demo: bool, stop_asked: StopAsked
) -> str | None:
    """Run the commands that bring the data up to date; each finds out itself what is done already.

    Returns what to print about accounts, or None when a command was refused or a stop was asked for.
    """
    of = 6 if demo else 5
    with tempfile.TemporaryDirectory(prefix="sunmall-") as folder:
        accounts = Path(folder) / "accounts.txt"
        lines = [
            ("更新数据库结构", "bringing the schema up to date", ("migrate",)),
            ("装载参考数据", "loading the reference data", ("reference", "load", "--built-in")),
        ]
        if demo:
            lines.append(("装载演示省", "loading the demo province", ("demo", "load")))
        lines.append(("建立搜索索引", "building the search index", ("index", "build", "--if-needed")))
        steps = [
            ConsoleStep(number=number, of=of, chinese=chinese, english=english, arguments=arguments)
            for number, (chinese, english, arguments) in enumerate(lines, start=2)
        ]
        if demo:
            steps.append(
                ConsoleStep(0, of=of, chinese="", english="", arguments=("demo", "accounts"), output_path=str(accounts))
            )
        process = subprocess.Popen(
            steps_command(steps),
            env={**environment, "SUNMALL_APP_DATABASE_URL": urls.app, "SUNMALL_MIGRATE_DATABASE_URL": urls.migrate},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        if wait_for(process, stop_asked=stop_asked) != 0:
            return None
        return accounts.read_text(encoding="utf-8") if accounts.exists() else ""


def _say_what_to_try(address: str, *, accounts: str, data_dir: Path, demo: bool) -> None:
    say(f"\n{'=' * 72}\n商城已启动：{address}", english="Sunmall is running\n")
    if demo:
        say(accounts.rstrip() + "\n")
        say("可以试试", english="what to try")
        say("  1. 用 handler 登录，搜“A4纸”或“dayinji”，放进购物车，选一条预算下单")
        say("     sign in as handler, search for paper or a printer, order it against a budget line")
        say("  2. 换 approver 审批，supplier 确认发货，receiver 验收，accountant 付款，看账本每一步")
        say("     follow it as approver, supplier, receiver and accountant; the book explains every fen")
        say(f"  3. 接口文档 / API documentation: {address}/api/v1")
    else:
        say(
            "还没有可登录的账号；建立第一个：.venv/bin/sunmall user create --help", english="no account can sign in yet"
        )
    say(f"\n日志 / logs: {data_dir / 'log'}")
    say("按 Ctrl-C 停止全部", english="Ctrl-C stops everything\n" + "=" * 72)


def _answers(url: str) -> bool:
    """Whether the address answers 200, asked directly, past any proxy of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Exit codes: 0 stopped as asked, 1 something ended by itself, 2 it could not be started."""
    mind_the_terminal()
    stop_asked = StopAsked()
    began_at = time.monotonic()
    try:
        code = run_everything(read_settings(), demo=os.environ.get("SUNMALL_DEMO", "1") != "0", stop_asked=stop_asked)
    except InstallationRefused as refusal:
        code = DONE if stop_asked() else REFUSED
        if code == REFUSED:
            say_refusal(refusal)
    finally:
        stop_asked.ignore_from_now_on()
    if code == DONE:
        say(f"已停止（运行了 {time.monotonic() - began_at:.0f} 秒）", english="everything is stopped")
    return code


if __name__ == "__main__":
    sys.exit(main())
