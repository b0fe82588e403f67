"""Lets one Sunmall run per data directory, and says of the other one who and where it is."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from mall.installation.keep_secrets import make_data_dir
from mall.installation.refusal import InstallationRefused

FILE_NAME = "run.lock"


@contextmanager
def single_instance(data_dir: Path, *, address: str) -> Iterator[None]:
    """Hold the data directory's run lock for the block. Raises InstallationRefused while another process has it.

    The lock dies with its process, so nothing is left to clean up after a crash.
    """
    descriptor = os.open(make_data_dir(data_dir) / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(os.pread(descriptor, 4096, 0), data_dir=data_dir) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def refuse_taken_port(host: str, *, port: int) -> None:
    """Raise InstallationRefused, naming the program if it can be known, when the port is somebody else's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise InstallationRefused(
                f"没有权限使用端口 {port}。请用 SUNMALL_PORT 指定 1024 以上的端口。",
                english=f"Port {port} is not allowed to this user. Choose one above 1023 with SUNMALL_PORT.",
            ) from None
        except OSError:
            who = _listener(port)
            raise InstallationRefused(
                f"端口 {port} 已被其他程序占用{f'（{who}）' if who else ''}。"
                f"请停止它，或换一个端口：SUNMALL_PORT={port + 1} make run",
                english=f"Port {port} is taken by another program{f' ({who})' if who else ''}. "
                f"Stop it, or choose another port: SUNMALL_PORT={port + 1} make run",
            ) from None


def _already_running(note: bytes, *, data_dir: Path) -> InstallationRefused:
    try:
        other = json.loads(note)
    except ValueError:
        other = {"pid": "?", "address": "?"}
    return InstallationRefused(
        f"商城已在运行：{other['address']}（进程 {other['pid']}，数据目录 {data_dir}）。没有另起一个。",
        english=f"Sunmall is already running: {other['address']} (process {other['pid']}, data directory {data_dir}). "
        "No second one was started. To run one beside it, set SUNMALL_DATA_DIR and SUNMALL_PORT.",
    )


def _listener(port: int) -> str:
    """ "program, pid" of whoever listens on the port; empty where we may not look."""
    try:
        for connection in psutil.net_connections(kind="inet"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()}, pid {connection.pid}"
    except psutil.Error:
        return ""
    return ""
