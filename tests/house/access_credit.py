"""Objects of the access test for credit, measures, inspections, public reports and the watch's records."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock
from mall.images.keep_image import image_path

Facts = dict[str, Any]


def _standing(scene: Any, party_id: int, *, kind: str, region_code: int, score: int = 9000) -> None:
    scene.admin.execute(
        "insert into credit_standing (party_id, party_kind, region_code, score, marks, deeds, grade, formula_version,"
        " reckoned_on) values (%s, %s, %s, %s, '{}', 1, 'B', 1, %s) on conflict do nothing",
        (party_id, kind, region_code, score, clock.today()),
    )


def _credit_of(party: str) -> Callable[[Any], Facts]:
    """A party's score with an entry that names a document of its own."""

    def make(scene: Any) -> Facts:
        of_unit = party == "school"
        party_id = scene.world.school_id if of_unit else scene.world.sunny_id
        kind, dimension, code = ("unit", "payment", "paid_in_time") if of_unit else ("supplier", "price", "fair_price")
        _standing(scene, party_id, kind=kind, region_code=410100)
        canary = f"CANARY-{next(scene.numbers):06d}"
        scene.admin.execute(
            "insert into credit_entry (party_kind, party_id, dimension, code, points, document, source, day,"
            " expires_on, formula_version, written_at) values (%s, %s, %s, %s, 5, %s, %s, current_date,"
            " current_date + 365, 1, now())",
            (kind, party_id, dimension, code, f"order:{canary}", f"{code}/order:{canary}"),
        )
        return {"party_id": party_id, "canary": canary}

    return make


def _credit_row(scene: Any) -> Facts:
    """A supplier of the city whom nobody has met, at the head of the list."""
    name = f"金丝雀信用{next(scene.numbers)}号"
    row = scene.admin.execute(
        "with place as (insert into organisation (kind, region_code, name) values ('supplier', 410100, %s)"
        " returning id) insert into supplier (id, name, credit_code, region_code, is_small_firm)"
        " select id, %s, %s, 410100, true from place returning id",
        (name, name, f"CREDIT{next(scene.numbers):012d}"),
    ).fetchone()
    _standing(scene, row[0], kind="supplier", region_code=410100, score=0)
    return {"party_id": row[0], "canary": name}


def _case(scene: Any) -> str:
    """A case that has been confirmed, as its room leaves it in the history."""
    number = f"JG-410100-2026-8{next(scene.numbers):05d}"
    scene.admin.execute(
        "insert into document_step (document, action, before, after, at, actor_name, note, facts)"
        " values (%s, 'confirm', 'explained', 'confirmed', now(), 'test', '', '{}')",
        (f"watch_case:{number}",),
    )
    return number


def _measure(scene: Any, *, state: str, maker: str = "handler", county: bool = False) -> Facts:
    """A measure against the first supplier, or the county's unit, proposed by somebody who may not decide it."""
    number = f"CZ-{410324 if county else 410100}-2026-8{next(scene.numbers):05d}"
    canary = f"金丝雀处理{next(scene.numbers)}号"
    party = (None, scene.world.county_id) if county else (scene.world.sunny_id, None)
    scene.admin.execute(
        "insert into measure (number, region_code, case_number, supplier_id, unit_id, kind, points, until, reason,"
        " state, maker_id, decider_id, proposed_at) values (%s, %s, %s, %s, %s, 'points', 1, current_date + 30, %s, %s,"
        " %s, %s, now())",
        (number, 410324 if county else 410100, _case(scene), *party, canary, state, scene.world.users[maker],
         scene.world.users["approver"] if state == "in_force" else None),
    )  # fmt: skip
    return {"number": number, "canary": canary}


def _measure_for(action: str) -> Callable[[Any], Facts]:
    def make(scene: Any) -> Facts:
        facts = _measure(scene, state="in_force" if action == "annul" else "proposed")
        return {"number": facts["number"], "action": action, "form": {"note": "测试理由"}}

    return make


def _measure_form(scene: Any) -> Facts:
    """A proposal against a party of the city."""
    until = (clock.today() + timedelta(days=10)).isoformat()
    form = {"case_number": _case(scene), "party": "91410100MA00000011", "kind": "points", "points": "1"}
    return {"form": {**form, "until": until, "reason": "测试理由"}}


def _report(scene: Any, *, state: str = "filed") -> Facts:
    """A report of the city from somebody whom nobody knows."""
    number, canary = f"JB-410100-2026-8{next(scene.numbers):05d}", f"金丝雀举报{next(scene.numbers)}号"
    scene.admin.execute(
        "insert into public_report (number, code_hash, region_code, subject, about, state, filed_at, changed_at)"
        " values (%s, %s, 410100, 'price', %s, %s, now(), now())",
        (number, number, canary, state),
    )
    return {"number": number, "canary": canary}


def _report_for(action: str) -> Callable[[Any], Facts]:
    def make(scene: Any) -> Facts:
        number = _report(scene, state="answered" if action == "close" else "filed")["number"]
        form = {"words": "已核查，谢谢您的举报。", "case_number": _case(scene)}
        return {"number": number, "action": action, "form": form}

    return make


def _inspection_task(scene: Any) -> Facts:
    """A task of the city about goods of the first supplier, not yet taken."""
    number, canary = f"XJ-410100-2026-8{next(scene.numbers):05d}", f"CQ-410100-2026-8{next(scene.numbers):05d}"
    scene.admin.execute(
        "with draw as (insert into inspection_draw (number, region_code, day, anchor_name, anchor_digest, seed,"
        " member_count, drawn_count, population, population_sha256, rules, drawn_at)"
        " values (%s, 410100, current_date + %s, '', '', '', 1, 1, '', '', '{}', now()) returning id)"
        " insert into inspection_task (number, draw_id, region_code, position, kind, subject, weight, ticket,"
        " supplier_id, state) select %s, id, 410100, 1, 'listing', %s, 2, '', %s, 'open' from draw",
        (canary, next(scene.numbers), number, f"listing:{scene.world.listings['paper']}", scene.world.sunny_id),
    )
    return {"number": number, "canary": canary}


def _inspection_row(scene: Any) -> Facts:
    """In the list a task is recognised by its own number."""
    number = _inspection_task(scene)["number"]
    return {"number": number, "canary": number}


def _inspection_to(action: str) -> Callable[[Any], Facts]:
    return lambda scene: {"number": _inspection_task(scene)["number"], "action": action, "form": {}}


def _outside_price(scene: Any) -> Facts:
    """A price of the city that somebody of the school brought, who may not confirm it."""
    canary = f"金丝雀电商{next(scene.numbers)}号"
    row = scene.admin.execute(
        "insert into outside_price (product_id, region_code, kind, source, price_fen, captured_at, evidence_sha256,"
        " state, entered_by_id, entered_at) select min(id), 410100, 'market', %s, 100, now(), '', 'entered', %s, now()"
        " from product returning id",
        (canary, scene.world.users["handler"]),
    ).fetchone()
    return {"price_id": row[0], "canary": canary}


def _pictured_price(scene: Any) -> Facts:
    """One whose picture lies in the folder."""
    facts = _outside_price(scene)
    sha256 = f"{facts['price_id']:064x}"
    scene.admin.execute("update outside_price set evidence_sha256 = %s where id = %s", (sha256, facts["price_id"]))
    path = image_path(sha256, size="full", data_dir=scene.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"canary:{sha256}".encode())
    return {"price_id": facts["price_id"], "canary": f"canary:{sha256}"}


def _price_file(scene: Any) -> Facts:
    product = scene.admin.execute("select min(id) from product").fetchone()[0]
    row = f"{product},市场,某市场{next(scene.numbers)},9.90,{clock.today().isoformat()}"
    return {"content": f"商品编号,渠道,来源,价格（元）,日期\n{row}\n".encode()}


def _approval(scene: Any) -> Facts:
    canary = f"金丝雀批准{next(scene.numbers)}号"
    scene.admin.execute(
        "insert into watch_approval (number, kind, unit_id, region_code, category_code, from_day, entered_by_id,"
        " entered_at) values (%s, 'split', %s, 410100, '', current_date, %s, now())",
        (canary, scene.world.school_id, scene.world.users["regulator"]),
    )
    return {"canary": canary}


MAKERS: dict[str, Callable[[Any], Facts]] = {
    "school_credit": _credit_of("school"),
    "sunny_credit": _credit_of("sunny"),
    "credit_row": _credit_row,
    "proposed_measure": lambda scene: _measure(scene, state="proposed"),
    "sunny_measure": lambda scene: _measure(scene, state="in_force"),
    "county_measure": lambda scene: _measure(scene, state="in_force", county=True),
    "measure_form": _measure_form,
    "city_report": _report,
    "some_message": lambda scene: {"sequence_no": 1},
    "city_price": _outside_price,
    "city_pictured_price": _pictured_price,
    "price_file": _price_file,
    "school_approval": _approval,
    "approval_number": lambda scene: {"approval": f"郑财〔2026〕{next(scene.numbers)}号"},
    "city_inspection": _inspection_task,
    "city_inspection_row": _inspection_row,
    "inspection_to:take": _inspection_to("take"),
    "inspection_to:nonsense": _inspection_to("nonsense"),
    **{f"report_to:{one}": _report_for(one) for one in ("handle", "link", "answer", "close", "add")},
    **{
        f"measure_to:{action}": _measure_for(action)
        for action in ("approve", "reject", "withdraw", "annul", "nonsense")
    },
}

CONTENTS: dict[str, Callable[[Facts, Any], Facts]] = {
    "/report": lambda facts, person: {
        "region": "410100", "subject": "price", "about": "某供应商", "words": "价格比别处高出三成，请核查。",
        "request_key": f"report-of-{person.username}",
    },
    "/watch/prices": lambda facts, person: {"product_id": "1", "kind": "market", "source": "某市场", "price": "9.90"},
    "/watch/prices/import": lambda facts, person: {"file": (io.BytesIO(facts["content"]), "prices.csv")},
    "/watch/prices/<int:price_id>": lambda facts, person: {"action": "confirm"},
    "/watch/approvals": lambda facts, person: {
        "number": facts["approval"], "kind": "split", "credit_code": "12410100MB00000018", "from_day": "2026-01-01",
    },
    "/report/follow": lambda facts, person: {"code": "0000-0000-0000-0000"},
}  # fmt: skip

MISSING: Facts = {"party_id": 999999999, "price_id": 999999999}
