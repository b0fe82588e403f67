"""The pages of payments outside the mall, as an accountant and a budget officer use them."""

from __future__ import annotations

import io

from flask import Flask

from mall import clock
from mall.database import close_reading, session
from mall.notices.notice import Notice
from mall.outbox.deliver import deliver_waiting
from mall.payment_watch.payment_finding import PaymentFinding
from tests.form_browser import FormBrowser
from tests.world import World

TITLES = "统一社会信用代码,日期,发生额,对方户名,经济科目,附言,支付方式,流水号"


def statement(*rows: str, encoding: str = "gb18030") -> bytes:
    return "\n".join((TITLES, *rows)).encode(encoding)


def line(voucher: str, yuan: str = "5000.00", purpose: str = "购激光打印机") -> str:
    return f"12410100MB00000018,{clock.today().isoformat()},{yuan},某设备店,31002,{purpose},实有资金,{voucher}"


def finding() -> PaymentFinding:
    close_reading()
    return session().query(PaymentFinding).one()


def test_an_accountant_loads_explains_and_finance_accepts(app: Flask, world: World) -> None:
    accountant = FormBrowser(app.test_client(), "accountant")
    page = accountant.get("/payment-watch/load")
    faulty = {"file": (io.BytesIO(statement(line("V1", yuan="五千"))), "银行流水.csv")}
    shown = accountant.send(page, "/payment-watch/load", files=faulty, deed="look")
    assert "金额“五千”看不懂" in shown.words
    assert not shown.tree.xpath("//button[@value='load']")

    rows = (line("V1"), line("V2", yuan="600.00", purpose="<b>电费</b>"))
    good = {"file": (io.BytesIO(statement(*rows)), "银行流水.csv")}
    shown = accountant.send(page, "/payment-watch/load", files=good, deed="look")
    assert "新增 2" in shown.words
    assert session().query(PaymentFinding).count() == 0
    kept = shown.tree.xpath("//form[.//button[@value='load']]")[0]
    words = {field.name: field.value for field in kept.xpath(".//input[@type='hidden']")}
    listed = accountant.client.post("/payment-watch/load", data={**words, "deed": "load"}, follow_redirects=True)
    text = listed.get_data(as_text=True)
    assert "疑似采购目录内支出未通过采购" in text
    assert "&lt;b&gt;电费" in text
    assert "¥5,000.00" in text

    deliver_waiting()
    number = finding().number
    page = accountant.get(f"/payment-watch/findings/{number}")
    assert "参照" in page.words or "本系统设定" in page.words
    again = accountant.send(page, "/explain", explanation="order", text="有订单的", order_number="DD-9")
    assert "没有找到本单位的订单" in again.words
    assert "有订单的" in again.value("text")
    done = accountant.send(again, "/explain", explanation="other", text="招标前的应急更换", order_number="")
    assert "说明已提交" in done.words

    deliver_waiting()
    officer = FormBrowser(app.test_client(), "budget-city")
    assert "审核支付说明" in officer.get("/desk").words
    page = officer.get(f"/payment-watch/findings/{number}")
    done = officer.send(page, "/accept", reason_code="emergency", note="情况属实")
    assert "说明已采纳" in done.words
    deliver_waiting()
    close_reading()
    codes = {notice.code for notice in session().query(Notice)}
    assert {"explain_payment_findings", "decide_payment_finding", "payment_explanation_accepted"} <= codes
    assert FormBrowser(app.test_client(), "regulator-city").get(f"/payment-watch/findings/{number}").status == 200
    page = officer.send(officer.get(f"/payment-watch/findings/{number}"), "/language", language="en")
    assert "Suspected: catalogue spending without procurement" in page.words
