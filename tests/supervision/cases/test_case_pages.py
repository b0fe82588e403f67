"""The pages of cases: the desk's queue, what a party sees and types, the holds, and in both languages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from mall import clock
from supervision.cases import evidence_view
from supervision.cases.hold_steps import Subject
from supervision.cases.merge_findings import merge_findings
from supervision.rule import Evidence, Words
from supervision.rules.splitting_statutory import RULE
from tests.form_browser import FormBrowser, Page
from tests.supervision.cases.case_story import CaseStory, deliver, the_hold
from tests.supervision.cases.found import a_finding
from tests.world import COUNTY_REGION, World

PDF = b"%PDF-1.7 test"


def come(app: Flask, username: str) -> FormBrowser:
    return FormBrowser(app.test_client(), username)


def test_the_desk_takes_a_case_up_and_asks(app: Flask, story: CaseStory) -> None:
    regulator = come(app, "regulator-city")
    queue = regulator.get("/watch/cases")
    page = regulator.send(regulator.get(f"/watch/cases/{story.number}"), "/assign")
    asked = regulator.send(page, "/ask", parties="both", question="请说明价格", grounds="高于同行")

    assert story.number in queue.words and "每周推送 10 件，本周已受理 0 件" in queue.words
    assert "疑似化整为零（年度累计）" in queue.words
    assert "已受理。" in page.words
    assert asked.status == 200 and "已请当事人说明" in asked.words
    assert "请说明价格" in asked.words and "理由： 高于同行" in asked.words
    assert story.case.state == "asked"


def test_a_party_sees_the_same_facts_and_answers_on_the_same_screen(app: Flask, story: CaseStory) -> None:
    story.asked()
    leader = come(app, "leader")

    desk, listed = leader.get("/desk"), leader.get("/watch/our-cases")
    page = leader.get(f"/watch/cases/{story.number}")
    done = leader.send(page, "/explain", words="各部门分别申报。", files={"attachments": (io.BytesIO(PDF), "合同.pdf")})

    assert f"说明线索 {story.number}" in desk.words
    assert "等您答复的（1）" in listed.words
    assert "本年度累计金额 ¥2,500,000.00" in page.words and "订单数 7" in page.words
    assert "疑似化整为零" in page.words and "违规" not in page.words
    assert "说明已提交" in done.words and "合同.pdf" in done.words
    link = done.tree.xpath("//a[@download]/@href")[0]
    assert leader.client.get(link).get_data() == PDF
    assert come(app, "regulator").client.get(link).get_data() == PDF


def test_nothing_typed_or_sent_is_lost_when_an_answer_is_refused(app: Flask, story: CaseStory) -> None:
    story.asked()
    leader = come(app, "leader")

    page = leader.get(f"/watch/cases/{story.number}")
    refused = leader.send(page, "/explain", words="无", files={"attachments": (io.BytesIO(PDF), "合同.pdf")})
    done = leader.send(refused, "/explain", words="这次写清楚了。")

    assert refused.status == 422 and refused.value("words") == "无"
    assert "已收下：合同.pdf" in refused.words
    assert "合同.pdf" in done.words and "这次写清楚了。" in done.words


def test_a_wrong_kind_of_file_keeps_the_words(app: Flask, story: CaseStory) -> None:
    story.asked()
    leader = come(app, "leader")

    page = leader.get(f"/watch/cases/{story.number}")
    refused = leader.send(page, "/explain", words="见附件", files={"attachments": (io.BytesIO(b"MZ"), "a.exe")})

    assert refused.status >= 400 and refused.value("words") == "见附件"


def test_names_of_other_units_are_masked_for_parties_and_lower_desks(app: Flask, world: World) -> None:
    evidence = {"total_fen": 1, "limit_fen": 1, "order_count": 1, "peer_id": world.county_id}
    documents = [{"document": "DD-410324-2026-999999", "day": 20_000, "amount_fen": 5}]
    story = CaseStory(world).found(evidence=evidence, documents=documents).asked("both")

    pages = {
        who: come(app, who).get(f"/watch/cases/{story.number}").words for who in ("leader", "supplier", "regulator")
    }

    assert all("栾川县阳光小学" not in pages[who] for who in ("leader", "supplier"))
    assert all("另有 1 张其他单位的单据" in words for words in pages.values())


def test_a_peers_name_is_shown_to_itself_and_to_who_regulates_it(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Evidence("peer_id", "unit", Words("同类单位", "Peer"))
    monkeypatch.setattr(evidence_view, "rules", lambda: {RULE.id: replace(RULE, evidence=(peer,))})
    story = CaseStory(world).found(evidence={"peer_id": world.county_id}).asked()

    pages = {
        who: come(app, who).get(f"/watch/cases/{story.number}").words
        for who in ("leader", "regulator-city", "regulator")
    }

    assert {who: "栾川县阳光小学" in words for who, words in pages.items()} == {
        "leader": False, "regulator-city": False, "regulator": True,
    }  # fmt: skip
    assert "同类单位 栾川县的一家单位" in pages["leader"]


def test_findings_in_the_shadow_are_shown_to_no_party(app: Flask, story: CaseStory) -> None:
    a_finding(story.world, rule_id="prices.secret", standing="shadow")
    merge_findings()
    story.asked()

    assert "prices.secret" not in come(app, "leader").get(f"/watch/cases/{story.number}").text


def test_a_party_does_not_read_what_the_other_party_said_nor_who_works_on_it(app: Flask, story: CaseStory) -> None:
    story.asked("both").do("supplier", "explain", words="供应商的机密理由")
    names = {who: story.world.actor(who).name for who in ("regulator-city", "supplier")}

    words = come(app, "leader").get(f"/watch/cases/{story.number}").words

    assert "供应商的机密理由" not in words
    assert names["regulator-city"] not in words and names["supplier"] not in words
    assert "供应商：一方已说明" in words


def test_two_regulators_hold_and_both_sides_see_it_on_the_order(app: Flask, story: CaseStory) -> None:
    number = story.order()
    story.asked()
    city = come(app, "regulator-city")
    until = (clock.today() + timedelta(days=10)).isoformat()
    page = city.get(f"/watch/cases/{story.number}")
    proposed = city.send(
        page, f"{story.number}/holds", kind="order", order_number=number, lines="1", reason="数量有争议", until=until
    )
    hold = proposed.tree.xpath("//a[starts-with(text(), 'ZT-')]/text()")[0]
    own = city.get(f"/watch/holds/{hold}")
    second = come(app, "regulator")
    waiting = second.get("/watch/cases").words
    approved = second.send(second.get(f"/watch/holds/{hold}"), "/approve")
    deliver()
    pages = {who: come(app, who).get(f"/orders/{number}").words for who in ("handler", "approver", "regulator-city")}
    in_case = come(app, "leader").get(f"/watch/cases/{story.number}").words

    assert "暂停已提议" in proposed.words and not own.has_form("/approve")
    assert "等您复核的暂停（1）" in waiting and "已同意，系统马上办理暂停。" in approved.words
    assert all(f"第 1 行暂停付款至 {until}" in words and "数量有争议" in words for words in pages.values())
    assert f"在线索 {story.number} 里说明情况" in pages["handler"]
    assert "由被询问的一方" in pages["approver"]
    assert "暂停订单：" in in_case and "答复办法" in in_case
    assert the_hold(hold).state == "in_force"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"kind": "house"}, "请选择暂停什么"),
        ({"lines": "1;2"}, "行号请填写为"),
        ({"until": "morgen"}, "请填写截止日期"),
        ({"until": "2020-01-01"}, "暂停的截止日期应在"),
        ({"reason": ""}, "请说明原因"),
    ],
)
def test_a_wrong_proposal_comes_back_as_it_was_typed(
    app: Flask, story: CaseStory, typed: dict[str, Any], message: str
) -> None:
    number = story.order()
    story.asked()
    city = come(app, "regulator-city")
    good = {"kind": "payment", "order_number": number, "lines": "1", "reason": "有争议",
            "until": (clock.today() + timedelta(days=3)).isoformat()}  # fmt: skip

    page = city.send(city.get(f"/watch/cases/{story.number}"), f"{story.number}/holds", **{**good, **typed})

    assert page.status == 422 and message in page.words
    assert page.value("order_number") == number


def test_a_listing_on_hold_says_why_and_where_to_answer(app: Flask, story: CaseStory) -> None:
    listing_id = story.world.listings["paper"]
    story.asked("both").in_force(Subject("listing", listing_id=listing_id))

    supplier = come(app, "supplier").get(f"/listings/{listing_id}/life")

    assert "价格和数量有争议" in supplier.words and f"在线索 {story.number} 里说明情况" in supplier.words


def test_the_page_of_a_paid_part_offers_only_what_is_not_held(app: Flask, story: CaseStory) -> None:
    number = story.order(("paper", 10), ("printer", 1), road="invoiced")
    invoice = {"number": "1" * 20, "issued_on": clock.today().isoformat(), "amount_fen": 139_500}
    story.on_order(number, "supplier", "invoice", **invoice)
    story.asked().in_force(Subject("payment", order_number=number, line_nos=(2,)))

    page = come(app, "accountant").get(f"/orders/{number}")

    assert page.value("amount") == "215.00"
    assert "其余各行照常付款" in page.words


def test_notices_lead_to_the_case(app: Flask, story: CaseStory) -> None:
    story.asked()
    deliver()
    leader = come(app, "leader")

    page = leader.get("/notices")
    opened = leader.send(page, "/notices/read", notice_id=page.value("notice_id"), order=story.number, go=1)

    assert "请说明分次购买的原因" in page.words
    assert opened.path == f"/watch/cases/{story.number}"


def test_the_county_sees_its_own_queue_and_no_other_case(app: Flask, story: CaseStory) -> None:
    a_finding(story.world, unit_id=story.world.county_id, region_code=COUNTY_REGION, day=date(2026, 11, 3))
    merge_findings()
    county = come(app, "regulator-county")

    assert story.number not in county.get("/watch/cases").words
    assert county.get(f"/watch/cases/{story.number}").status == 404


#: what people typed, and the names of the world
_GIVEN = (
    "郑州", "栾川", "河南", "洛阳", "测试", "得力", "实施条例", "请说明", "全年", "各部门", "价格", "系统", "办公楼",
)  # fmt: skip


def _chinese(page: Page) -> list[str]:
    """Chinese words of the page's own."""
    texts = [text.strip() for text in page.tree.xpath("//main//text()")]
    texts = [text for text in texts if any("\u4e00" <= letter <= "\u9fff" for letter in text)]
    return [text for text in texts if not any(given in text for given in _GIVEN)]


@pytest.mark.parametrize("who", ["regulator-city", "leader"])
def test_everything_is_said_in_english_too(app: Flask, story: CaseStory, who: str) -> None:
    number = story.order()
    story.explained()
    hold = story.in_force(Subject("order", order_number=number))
    reader = come(app, who)
    reader.send(reader.get("/desk"), "/language", language="en")
    paths = [f"/watch/cases/{story.number}", "/notices"]
    paths += ["/watch/cases", f"/watch/holds/{hold}"] if who == "regulator-city" else ["/watch/our-cases"]

    left = {path: _chinese(reader.get(path)) for path in paths}

    assert {path: texts for path, texts in left.items() if texts} == {}
