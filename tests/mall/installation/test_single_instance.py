"""One mall runs per data directory, and a taken port is named before anything is started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mall.installation.refusal import InstallationRefused
from mall.installation.single_instance import refuse_taken_port, single_instance

HOLD_THE_LOCK = (
    "import sys; from pathlib import Path; from mall.installation.single_instance import single_instance\n"
    "with single_instance(Path(sys.argv[1]), address='http://127.0.0.1:8123'):\n"
    "    print('held', flush=True); sys.stdin.read()"
)


def test_second_instance_is_told_address_and_process_of_the_first(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"

        with pytest.raises(InstallationRefused) as refused, single_instance(tmp_path, address="http://other"):
            pass
        first.kill()

    assert "http://127.0.0.1:8123" in refused.value.chinese
    assert str(first.pid) in refused.value.english


def test_lock_of_a_killed_instance_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()

    with single_instance(tmp_path, address="http://127.0.0.1:8124"):
        noted = (tmp_path / "run.lock").read_text(encoding="utf-8")

    assert str(os.getpid()) in noted
    assert (tmp_path / "run.lock").read_text(encoding="utf-8") == ""


def test_port_of_another_program_is_refused_and_a_free_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(InstallationRefused, match=str(port)):
            refuse_taken_port("127.0.0.1", port=port)

    refuse_taken_port("127.0.0.1", port=port)
