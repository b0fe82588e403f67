"""Payments outside the mall through the API: the same use-cases, keys and problems."""

from __future__ import annotations

import base64

from mall import clock
from tests.mall.api.conftest import Api

TITLES = "信用代码,支付日期,金额,收款人,经济分类,用途,支付方式,凭证号"


def file_of(*rows: str) -> dict[str, str]:
    content = "\n".join((TITLES, *rows)).encode()
    return {"file_name": "支付.csv", "content_base64": base64.b64encode(content).decode()}


def line(voucher: str, *, unit: str = "12410100MB00000018", channel: str = "实有资金") -> str:
    return f"{unit},{clock.today().isoformat()},5000.00,某设备店,31002,购激光打印机,{channel},{voucher}"


def test_a_file_is_tried_loaded_and_its_finding_answered(api: Api) -> None:
    accountant, officer = api.person("accountant"), api.person("budget-city")
    tried = accountant.post("/payment-loads", {**file_of(line("V1"), line("V2", channel="支票")), "is_dry_run": True})
    assert tried.get_json() == {
        "number": None,
        "counts": {"new": 1, "changed": 0, "known": 0, "faulty": 1},
        "amount_fen": 500_000,
        "faults": [{"row": 3, "faults": [{"code": "bad_channel", "text": "支票"}]}],
    }

    loaded = accountant.post("/payment-loads", file_of(line("V1"))).get_json()
    assert loaded["number"].startswith("ZR-410100-")
    (row,) = officer.get("/payment-findings?state=open").get_json()["items"]
    path = f"/payment-findings/{row['number']}"
    assert accountant.get(path).get_json()["actions"] == ["explain"]
    given = {"explanation": "emergency", "text": "主机房断电后更换"}
    assert accountant.post(f"{path}/explain", given).get_json()["state"] == "explained"
    accepted = officer.post(f"{path}/accept", {"reason_code": "emergency"}).get_json()

    assert (accepted["state"], accepted["decision_code"]) == ("accepted", "emergency")
    assert [step["action"] for step in accepted["history"]] == ["explain", "accept"]
    assert accepted["evidence"]["classified"]["category_code"] == "A02021003"


def test_bad_requests_are_refused_in_words(api: Api) -> None:
    accountant = api.person("accountant")

    assert accountant.post("/payment-loads", {"file_name": "a", "content_base64": "***"}).status_code == 422
    foreign = accountant.post("/payment-loads", file_of(line("V1", unit="12410324MB0000002X")))
    assert foreign.get_json()["code"] == "workbook.faulty_rows"
    assert accountant.get("/payment-findings/YD-1").get_json()["code"] == "finding.unknown"
    assert accountant.get("/payment-findings?state=odd").status_code == 422
