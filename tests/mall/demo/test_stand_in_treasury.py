"""The stand-in treasury answers batch files with return files, always in the same way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mall.demo.stand_in_treasury import UnreadableBatch, answer_batches, refusal_of


def _batch(*numbers: str) -> bytes:
    lines = [f"PAY,{number},DD-410100-2026-000001,12345,某公司,某银行,6200,410100,2026\n" for number in numbers]
    body = f"SUNMALL-PAY,1,7,{len(numbers)},{12345 * len(numbers)},2026-11-24T00:00:00+00:00\n" + "".join(lines)
    return f"{body}SHA256,{hashlib.sha256(body.encode()).hexdigest()}\n".encode()


def _written(folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "pay-00000007.csv"
    path.write_bytes(content)
    return path


def test_a_batch_is_answered_once_and_byte_for_byte_the_same(tmp_path: Path) -> None:
    numbers = [f"ZF-410100-2026-{number:06d}" for number in range(1, 201)]
    _written(tmp_path / "out", _batch(*numbers))

    first = answer_batches(outgoing=tmp_path / "out", incoming=tmp_path / "in")
    again = answer_batches(outgoing=tmp_path / "out", incoming=tmp_path / "in")
    elsewhere = answer_batches(outgoing=tmp_path / "out", incoming=tmp_path / "in2")

    assert [path.name for path in first] == ["return-00000007.csv"]
    assert again == []
    assert first[0].read_bytes() == elsewhere[0].read_bytes()


def test_most_payments_are_paid_and_a_few_refused_with_a_reason(tmp_path: Path) -> None:
    numbers = [f"ZF-410100-2026-{number:06d}" for number in range(1, 1001)]

    reasons = [refusal_of(number) for number in numbers]

    assert 10 <= sum(bool(reason) for reason in reasons) <= 40
    assert "收款人账号与户名不符" in reasons


def test_the_answer_has_head_lines_and_the_hash_of_everything_before(tmp_path: Path) -> None:
    _written(tmp_path / "out", _batch("ZF-410100-2026-000001"))

    (path,) = answer_batches(outgoing=tmp_path / "out", incoming=tmp_path / "in")

    head, line, tail = path.read_text(encoding="utf-8").splitlines()
    assert head == "TREASURY-RETURN,1,7,1"
    assert line.startswith("RETURN,ZF-410100-2026-000001,OK,12345,GK")
    assert tail == "SHA256," + hashlib.sha256(f"{head}\n{line}\n".encode()).hexdigest()


def test_a_batch_that_was_changed_on_the_way_is_not_answered(tmp_path: Path) -> None:
    content = _batch("ZF-410100-2026-000001").replace(b"12345,", b"99999,", 1)
    _written(tmp_path / "out", content)

    with pytest.raises(UnreadableBatch):
        answer_batches(outgoing=tmp_path / "out", incoming=tmp_path / "in")
