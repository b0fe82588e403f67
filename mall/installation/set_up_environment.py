"""Makes the virtual environment with the locked packages, and in it whatever else the checkout needs to run.

Run by the system's Python with nothing installed, so it imports the standard library only. Every part keeps a stamp
with the hash of what it was made from: a part whose inputs have not changed is not made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST_PYTHON = (3, 11)
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENVIRONMENT = os.path.join(CHECKOUT, ".venv")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
STAMPS = os.path.join(ENVIRONMENT, "stamps")
TOP_LEVEL = ("mall", "catalog_import", "ledger", "supervision")


def main(arguments: list[str]) -> int:
    """`set_up_environment.py [test]`; exit code 2 with a sentence when this machine lacks something."""
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(str(part) for part in OLDEST_PYTHON)
        return _refuse(
            f"需要 Python {oldest} 或更新的版本，这里是 {sys.version.split()[0]}。",
            f"Python {oldest} or newer is needed, this is {sys.version.split()[0]}.",
        )
    with open(os.path.join(CHECKOUT, ".set-up.lock"), "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            _set_up(for_tests="test" in arguments)
        except subprocess.CalledProcessError as failure:
            return _refuse(
                f"准备环境时失败：{_shown(failure.cmd)}（退出码 {failure.returncode}），原因见上。",
                "Setting up failed at this command; its own words are above.",
            )
    return 0


def _set_up(*, for_tests: bool) -> None:
    _make_environment()
    kinds = ("test",) if for_tests else ("runtime", "test")
    if not any(_is_current("packages-" + kind, _packages_hash(kind)) for kind in kinds):
        kind = "test" if for_tests else "runtime"
        with _Step("安装锁定的 Python 软件包", "installing the locked Python packages", "packages-" + kind) as step:
            _pip("--require-hashes", "--no-deps", "-r", os.path.join(CHECKOUT, _lock_name(kind)))
            _compile(os.path.join(ENVIRONMENT, "lib"))
            step.made_from(_packages_hash(kind))
    checkout_hash = _hash(["pyproject.toml"], CHECKOUT, _environment_version(), str(_present_top_level()))
    if not _is_current("checkout", checkout_hash):
        with _Step("安装商城本身", "installing the checkout itself", "checkout") as step:
            _pip("--no-deps", "--no-build-isolation", "--no-index", "--editable", CHECKOUT)
            step.made_from(checkout_hash)
    assets_hash = _hash(["package.json", "package-lock.json", "mall/installation/copy_assets.py"])
    vendor = os.path.join(CHECKOUT, "mall", "static", "vendor")
    if not (_is_current("assets", assets_hash) and os.path.isdir(vendor)):
        with _Step("取得前端资源和字体", "fetching front-end assets and fonts", "assets") as step:
            _install_node_where_missing()
            subprocess.run([PYTHON, "-m", "mall.installation.copy_assets"], check=True, cwd=CHECKOUT)
            step.made_from(assets_hash)
    subprocess.run([PYTHON, "-m", "mall.installation.compile_translations"], check=True, cwd=CHECKOUT)
    if sys.dont_write_bytecode:
        # Told to keep no bytecode, Python would compile our modules anew in each of the processes that we start.
        _compile("wsgi.py", "mall", "ledger", "catalog_import", "supervision")


class _Step:
    """Prints what is being done and its seconds; writes the stamp when it was done."""

    def __init__(self, chinese: str, english: str, stamp: str) -> None:
        self.chinese, self.english, self.stamp = chinese, english, stamp

    def __enter__(self) -> _Step:
        print(f"[准备] {self.chinese} / {self.english}", flush=True)
        self.began_at = time.monotonic()
        return self

    def made_from(self, content_hash: str) -> None:
        os.makedirs(STAMPS, exist_ok=True)
        with open(os.path.join(STAMPS, self.stamp), "w") as stream:
            stream.write(content_hash)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            print(f"       {time.monotonic() - self.began_at:6.1f} s", flush=True)


def _make_environment() -> None:
    """A virtual environment that works, of a Python new enough; one that was moved or broken is made again."""
    if os.path.exists(PYTHON):
        question = f"import sys, pip; sys.exit(0 if sys.version_info >= {OLDEST_PYTHON} else 1)"
        if subprocess.run([PYTHON, "-c", question], capture_output=True).returncode == 0:
            return
    with _Step("建立虚拟环境 .venv", "making the virtual environment .venv", "environment"):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        command = [sys.executable, "-m", "venv", ENVIRONMENT]
        first = subprocess.run(command, capture_output=True, text=True)
        if first.returncode == 0:
            return
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        _install_venv_module(first.stdout + first.stderr)
        subprocess.run(command, check=True)


def _install_venv_module(complaint: str) -> None:
    """Debian keeps `ensurepip` in a package of its own: as root take it, else name it."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run([apt, "-q", "update"], stdin=subprocess.DEVNULL, env=environment)
        for name in (package, "python3-venv"):
            command = [apt, "-q", "install", "-y", "--no-install-recommends", name]
            if subprocess.run(command, stdin=subprocess.DEVNULL, env=environment).returncode == 0:
                return
    print(complaint, file=sys.stderr)
    sys.exit(
        _refuse(
            f"这个 Python 不能建立虚拟环境。在 Debian 或 Ubuntu 上请执行：sudo apt-get install {package}",
            f"This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install {package}",
        )
    )


def _install_node_where_missing() -> None:
    """Node.js 20 or newer is needed once, to fetch the assets; where there is none it comes as a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        if answer.split(".")[0].isdigit() and int(answer.split(".")[0]) >= 20:
            return
    content_hash = _hash(["requirements-node.lock"])
    if not _is_current("node", content_hash):
        with _Step("没有 Node.js 20+，安装一份", "no Node.js 20 or newer here, installing one", "node") as step:
            _pip("--require-hashes", "--no-deps", "-r", os.path.join(CHECKOUT, "requirements-node.lock"))
            step.made_from(content_hash)


def _pip(*arguments: str) -> None:
    # pip compiles one module after the other; `_compile` takes all processors.
    subprocess.run(
        [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input", "--no-compile",
         "--no-warn-script-location", "--root-user-action=ignore", *arguments],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _compile(*places: str) -> None:
    """Make bytecode now, so that no start has to; what does not compile (another Python's template) is left so."""
    command = [PYTHON, "-m", "compileall", "-q", "-q", "-j", "0", *places]
    subprocess.run(command, check=False, cwd=CHECKOUT, stdin=subprocess.DEVNULL)


def _packages_hash(kind: str) -> str:
    return _hash([_lock_name(kind)], _environment_version())


def _lock_name(kind: str) -> str:
    return "requirements-test.lock" if kind == "test" else "requirements.lock"


def _environment_version() -> str:
    with open(os.path.join(ENVIRONMENT, "pyvenv.cfg")) as stream:
        return stream.read()


def _present_top_level() -> list[str]:
    return [name for name in TOP_LEVEL if os.path.isdir(os.path.join(CHECKOUT, name))]


def _hash(names: list[str], *more: str) -> str:
    digest = hashlib.sha256()
    for name in names:
        with open(os.path.join(CHECKOUT, name), "rb") as stream:
            digest.update(stream.read())
    for each in more:
        digest.update(each.encode())
    return digest.hexdigest()


def _is_current(stamp: str, content_hash: str) -> bool:
    try:
        with open(os.path.join(STAMPS, stamp)) as stream:
            return stream.read() == content_hash
    except FileNotFoundError:
        return False


def _shown(command: list[str]) -> str:
    return " ".join(str(part) for part in command)


def _refuse(chinese: str, english: str) -> int:
    print(f"\n{chinese}\n{english}", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
