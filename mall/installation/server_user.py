"""Chooses the operating system user the database server runs as, because PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mall.installation.refusal import InstallationRefused

NEW_USER_NAME = "sunmall"


@dataclass(frozen=True)
class ServerUser:
    """A user by its numbers; `is_other` says that it is not the one running this process."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def process_arguments(self) -> dict[str, Any]:
        """Arguments of `subprocess` calls that make the program run as this user."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, directory: Path) -> bool:
        """Whether this user may reach into the directory, asked of the system itself (so ACLs count too)."""
        question = ["/bin/sh", "-c", 'test -d "$1" && test -x "$1"', "sh", str(directory)]
        return subprocess.run(question, cwd="/", check=False, **self.process_arguments()).returncode == 0

    def can_run(self, program: str) -> bool:
        """Whether this user can read and start the program."""
        try:
            answer = subprocess.run(
                [program, "--version"], cwd="/", check=False, capture_output=True, **self.process_arguments()
            )
        except OSError:
            return False
        return answer.returncode == 0

    def own(self, path: Path) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def choose_server_user(cluster_dir: Path) -> ServerUser:
    """The owner of an existing cluster, else ourselves, else (as root) `postgres`, else a system user made here."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid()) if _known(os.geteuid()) else None
        return ServerUser(
            name=entry.pw_name if entry else str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), is_other=False
        )
    if cluster_dir.exists():
        owner = cluster_dir.stat()
        if owner.st_uid != 0:
            name = pwd.getpwuid(owner.st_uid).pw_name if _known(owner.st_uid) else str(owner.st_uid)
            return ServerUser(name=name, uid=owner.st_uid, gid=owner.st_gid, is_other=True)
    for name in ("postgres", NEW_USER_NAME):
        found = _find(name)
        if found:
            return found
    return _make_user()


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _find(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(name=name, uid=entry.pw_uid, gid=entry.pw_gid, is_other=True)


def _make_user() -> ServerUser:
    """A system user without home, shell or password; Debian's and Red Hat's command first, then BusyBox's."""
    commands = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"],
        ["adduser", "-S", "-D", "-H"],
    )
    for command in commands:
        program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin:/sbin")
        if program:
            shell = ["--shell", "/usr/sbin/nologin"] if command[0] == "useradd" else []
            subprocess.run([program, *command[1:], *shell, NEW_USER_NAME], check=False, capture_output=True)
        found = _find(NEW_USER_NAME)
        if found:
            return found
    raise InstallationRefused(
        f"以 root 运行时，PostgreSQL 需要另一个系统用户，但无法建立用户 {NEW_USER_NAME}。"
        f"请先执行 useradd --system {NEW_USER_NAME}，或改用普通用户运行。",
        english=f"Run by root, PostgreSQL needs another system user, and the user {NEW_USER_NAME} could not be made. "
        f"Run `useradd --system {NEW_USER_NAME}` first, or run as an ordinary user.",
    )
