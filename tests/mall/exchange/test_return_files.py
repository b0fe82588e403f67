"""Files of the treasury: signed where a key is configured, refused whole, and never in each other's way."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.demo.stand_in_treasury import UnreadableBatch, answer_batches, write_statements
from mall.errors import Refusal
from mall.exchange.exchange_key import ExchangeKey
from mall.exchange.file_purpose import STATEMENT_PATH
from mall.exchange.receive_return import receive_return_file
from mall.exchange.reconcile import reconcile
from mall.jobs import worker
from mall.jobs.worker import exchange_with_treasury, statement_folder, treasury_folders
from mall.settings import Settings
from tests.journeys.story import Story
from tests.mall.exchange.treasury import file_signature, return_text

Payments = tuple[tuple[str, int], ...]


def put(path: Path, content: bytes, signature: str = "") -> Path:
    """The file, and its signature beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if signature:
        path.with_name(f"{path.name}.sig").write_text(signature)
    return path


def refused(story: Story) -> list[str]:
    with psycopg.connect(story.admin_url) as connection:
        return [row[0] for row in connection.execute("select code from refused_file order by id").fetchall()]


def test_signed_file_is_taken_under_any_name(
    story: Story, settings: Settings, key: ExchangeKey, sent: Payments
) -> None:
    content = return_text((sent[0][0], "OK", sent[0][1], "GK1", ""))
    path = put(story.folder / "副本(1).csv", content, file_signature(key, content))

    assert receive_return_file(actor=SYSTEM, path=path, data_dir=settings.data_dir).outcomes == {"paid": 1}


@pytest.mark.parametrize("why", ["unsigned", "another key", "another content", "another purpose"])
def test_file_that_is_not_signed_for_this_is_refused_whole_and_kept(
    story: Story, settings: Settings, key: ExchangeKey, sent: Payments, why: str
) -> None:
    content = return_text((sent[0][0], "OK", sent[0][1], "GK1", ""))
    stranger = ExchangeKey("treasury", key.id, "guessed", key.made_at, None)
    signature = {
        "unsigned": "",
        "another key": file_signature(stranger, content),
        "another content": file_signature(key, content + b" "),
        "another purpose": file_signature(key, content, path=STATEMENT_PATH),
    }[why]
    path = put(story.folder / "return.csv", content, signature)
    before = story.everything()

    for _ in range(2):
        with pytest.raises(Refusal) as caught:
            receive_return_file(actor=SYSTEM, path=path, data_dir=settings.data_dir)

    code = "exchange.unsigned_file" if why == "unsigned" else "exchange.bad_signature"
    assert caught.value.code == code
    assert refused(story) == [code]
    assert story.everything() == before


def test_worker_leaves_a_bad_file_and_takes_the_next(
    story: Story, settings: Settings, key: ExchangeKey, sent: Payments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_read_already", set())
    incoming = treasury_folders(settings.data_dir)[1]
    put(incoming / "return-1.csv", b"no return", file_signature(key, b"no return"))
    content = return_text((sent[0][0], "OK", sent[0][1], "GK1", ""))
    put(incoming / "return-2.csv", content, file_signature(key, content))

    assert exchange_with_treasury(settings.data_dir) == 1
    assert exchange_with_treasury(settings.data_dir) == 0

    assert refused(story) == ["treasury.bad_file"]
    assert story.book().paid == 21_500


def test_worker_waits_for_a_signature_that_comes_after_its_file(
    story: Story, settings: Settings, key: ExchangeKey, sent: Payments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_read_already", set())
    incoming = treasury_folders(settings.data_dir)[1]
    content = return_text((sent[0][0], "OK", sent[0][1], "GK1", ""))
    path = put(incoming / "return-1.csv", content)

    assert exchange_with_treasury(settings.data_dir) == 0
    assert refused(story) == []
    put(path, content, file_signature(key, content))
    assert exchange_with_treasury(settings.data_dir) == 1

    old = put(incoming / "return-2.csv", return_text((sent[1][0], "OK", sent[1][1], "GK2", "")))
    os.utime(old, (0, 0))
    assert exchange_with_treasury(settings.data_dir) == 0
    assert refused(story) == ["exchange.unsigned_file"]


def test_stand_in_answers_signed_batches_and_signs_its_answers(
    story: Story, settings: Settings, key: ExchangeKey, scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_read_already", set())
    monkeypatch.setattr("mall.demo.stand_in_treasury.REFUSED_PER_THOUSAND", 0)
    outgoing, incoming = treasury_folders(settings.data_dir)
    exchange_with_treasury(settings.data_dir)

    (answer,) = answer_batches(outgoing=outgoing, incoming=incoming, key=key)

    assert sorted(path.name for path in outgoing.iterdir()) == ["pay-00000001.csv", "pay-00000001.csv.sig"]
    assert answer.name == "return-00000001.csv"
    assert exchange_with_treasury(settings.data_dir) == 5
    assert story.book().paid == 120_400


def test_stand_in_states_what_it_paid_and_the_reconciliation_finds_nothing(
    story: Story, settings: Settings, key: ExchangeKey, scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_read_already", set())
    monkeypatch.setattr("mall.demo.stand_in_treasury.REFUSED_PER_THOUSAND", 0)
    outgoing, incoming = treasury_folders(settings.data_dir)
    exchange_with_treasury(settings.data_dir)
    answer_batches(outgoing=outgoing, incoming=incoming, key=key)
    tomorrow = clock.today() + timedelta(days=1)
    folder = statement_folder(settings.data_dir)

    (written,) = write_statements(outgoing=outgoing, statements=folder, key=key, on=tomorrow)
    assert write_statements(outgoing=outgoing, statements=folder, key=key, on=tomorrow) == []
    exchange_with_treasury(settings.data_dir)
    run = reconcile(actor=SYSTEM, region_code=410100, year=clock.today().year)

    assert written.name == f"statement-410100-{clock.today()}.csv"
    assert (run.mall_paid_fen, run.treasury_paid_fen, run.difference_count) == (120_400, 120_400, 0)


def test_stand_in_does_not_answer_a_forged_batch(
    settings: Settings, key: ExchangeKey, scene, tmp_path: Path, own_database
) -> None:
    outgoing, _ = treasury_folders(settings.data_dir)
    exchange_with_treasury(settings.data_dir)
    stranger = ExchangeKey("treasury", key.id, "guessed", key.made_at, None)

    with pytest.raises(UnreadableBatch, match="signature"):
        answer_batches(outgoing=outgoing, incoming=tmp_path / "in", key=stranger)
