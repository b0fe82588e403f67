"""Every step of a case, and everything that stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from mall import clock
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.keep_attachment import KeptFile
from mall.regions.working_days import working_days_after
from supervision.cases.answer_case import pass_deadlines
from supervision.cases.case_actions import possible
from supervision.cases.exemption import Suggestion, suggestions_for
from supervision.cases.merge_findings import merge_findings
from supervision.cases.visible_cases import visible_case, visible_statements
from supervision.cases.watch_case import attachments_of, findings_of
from supervision.finding import Finding
from tests.supervision.cases.case_story import QUESTION, CaseStory, change_case, deliver, told
from tests.supervision.cases.found import a_finding
from tests.world import World


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        deed()
    return caught.value.code


def test_the_whole_road_of_a_case(story: CaseStory) -> None:
    story.rectifying()
    story.do("handler", "rectify", words="已建立台账，按月合并采购。")
    story.do("regulator-city", "verify")
    story.do("regulator-city", "close", note="存档")

    steps = [(step.action, step.after) for step in history_of(story.case.reference)]
    assert steps == [
        ("find", "found"), ("assign", "assigned"), ("ask", "asked"), ("explain", "explained"),
        ("confirm", "confirmed"), ("ask_rectification", "rectifying"), ("rectify", "rectified"),
        ("verify", "verified"), ("close", "closed"),
    ]  # fmt: skip
    assert story.case.closed_at is not None


def test_a_confirmed_case_marks_its_findings_true(story: CaseStory) -> None:
    a_finding(story.world, standing="warn")
    merge_findings()

    story.confirmed()

    assert {finding.review_code for finding in findings_of(story.case)} == {"true"}
    assert story.case.appeal_until == working_days_after(clock.today(), 10)


def test_a_dismissed_case_marks_its_findings_with_the_reason(story: CaseStory) -> None:
    story.dismissed("wrong_unit")

    (finding,) = findings_of(story.case)
    assert (finding.review_code, finding.reviewed_by_id) == ("wrong_unit", story.world.users["regulator-city"])
    assert finding.reviewed_at is not None


def test_data_that_is_plainly_wrong_is_dismissed_without_bothering_anybody(story: CaseStory) -> None:
    story.assigned().do("regulator-city", "dismiss", review_code="wrong_pack", note="包装数量录错。")
    deliver()

    assert story.case.state == "dismissed"
    assert told("leader") == []


def test_the_term_to_explain_is_five_working_days(story: CaseStory) -> None:
    story.asked()

    assert story.case.due_at == clock.end_of_day(working_days_after(clock.today(), 5))
    assert (story.case.question, story.case.grounds) == (QUESTION["question"], QUESTION["grounds"])


def test_silence_is_marked_once_and_may_still_be_broken(story: CaseStory) -> None:
    story.asked()
    with clock.frozen(clock.now() + timedelta(days=20)):
        marked = [pass_deadlines(), pass_deadlines()]
        state = story.case.state
        story.do("finance", "explain", words="经办人出差，现补说明。")

    assert marked == [1, 0]
    assert state == "unanswered"
    assert (story.case.state, story.case.awaited_parties) == ("explained", "")
    assert story.case.overdue_at is not None


def test_silence_about_a_rectification_is_marked_and_the_case_waits_on(story: CaseStory) -> None:
    story.rectifying()
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert pass_deadlines() == 1

    assert (story.case.state, story.case.overdue_at is not None) == ("rectifying", True)


def test_an_unanswered_case_can_be_confirmed(story: CaseStory) -> None:
    story.asked()
    with clock.frozen(clock.now() + timedelta(days=20)):
        pass_deadlines()

    story.do("regulator-city", "confirm", note="逾期未说明，按现有事实认定。")

    assert story.case.state == "confirmed"


def test_two_parties_are_both_heard(story: CaseStory) -> None:
    story.asked("both").do("supplier", "explain", words="按框架协议价格供货。")
    half = (story.case.state, story.case.awaited_parties)

    story.do("leader", "explain", words="按需采购。")

    assert half == ("asked", "unit")
    assert (story.case.state, story.case.awaited_parties) == ("explained", "")


def test_a_party_that_was_not_asked_sees_nothing(story: CaseStory) -> None:
    story.asked("unit")

    assert refused(lambda: visible_case(story.world.actor("supplier"), story.number)) == "case.unknown"
    assert refused(lambda: story.do("supplier", "explain", words="没有问我")) == "case.unknown"


@pytest.mark.parametrize("who", ["leader", "supplier"])
def test_nobody_is_told_of_a_case_before_the_first_question(story: CaseStory, who: str) -> None:
    story.assigned()

    assert refused(lambda: visible_case(story.world.actor(who), story.number)) == "case.unknown"


def test_each_party_reads_its_own_words_and_regulators_all(story: CaseStory) -> None:
    story.asked("both").do("supplier", "explain", words="供应商的话")
    story.do("leader", "explain", words="单位的话")

    read = {
        who: [one.words for one in visible_statements(story.world.actor(who), story.case)]
        for who in ("supplier", "handler", "regulator", "regulator-city")
    }

    assert read == {
        "supplier": ["供应商的话"],
        "handler": ["单位的话"],
        "regulator": ["供应商的话", "单位的话"],
        "regulator-city": ["供应商的话", "单位的话"],
    }


def test_files_come_with_an_explanation(story: CaseStory) -> None:
    file = KeptFile(sha256="a" * 64, file_name="合同.pdf", media_type="application/pdf", size_bytes=10)

    story.asked().do("leader", "explain", words="见附件。", attachments=(file, file))

    (said,) = visible_statements(story.world.actor("regulator"), story.case)
    assert [one.file_name for one in attachments_of([said.id])[said.id]] == ["合同.pdf"]


def test_an_explanation_sent_twice_is_taken_once(story: CaseStory) -> None:
    story.asked()
    for _ in range(2):
        story.do("leader", "explain", words="同一份说明", request_key="same-explanation")

    assert len(visible_statements(story.world.actor("regulator"), story.case)) == 1


def test_what_is_found_after_the_question_is_told_to_the_party(story: CaseStory) -> None:
    story.asked()
    deliver()
    a_finding(story.world)

    merge_findings()
    deliver()

    assert "case_grew" in told("leader")


def test_an_appeal_is_heard_by_somebody_else_first_of_the_level_above(story: CaseStory) -> None:
    story.confirmed().do("leader", "appeal", words="事实有误。")
    deliver()

    own = refused(lambda: story.do("regulator-city", "uphold", note="维持"))
    story.do("regulator", "overturn", review_code="approved", note="确有批准文件。")
    deliver()

    assert own == "case.decider_hears_appeal"
    assert told("regulator") == []
    assert story.case.state == "dismissed"
    assert [finding.review_code for finding in findings_of(story.case)] == ["approved"]


def test_the_level_above_is_told_of_an_appeal_and_a_colleague_may_hear_it(story: CaseStory) -> None:
    story.confirmed().do("leader", "appeal", words="事实有误。")
    deliver()
    heard_by = {who: told(who) for who in ("regulator", "regulator-city2")}

    story.do("regulator-city2", "uphold", note="证据充分。")

    assert heard_by == {"regulator": ["hear_appeal"], "regulator-city2": []}
    assert (story.case.state, story.case.review_code) == ("confirmed", "true")


def test_there_is_one_appeal_and_it_comes_in_time(story: CaseStory) -> None:
    story.confirmed()
    with clock.frozen(clock.now() + timedelta(days=40)):
        late = refused(lambda: story.do("leader", "appeal", words="迟到的申诉"))
    story.do("leader", "appeal", words="申诉")
    story.do("regulator", "uphold", note="维持。")
    again = refused(lambda: story.do("leader", "appeal", words="再申诉"))

    assert (late, again) == ("case.appeal_late", "case.appealed_already")


def test_a_case_is_not_closed_while_an_appeal_may_come(story: CaseStory) -> None:
    story.confirmed()
    early = refused(lambda: story.do("regulator-city", "close"))
    with clock.frozen(clock.now() + timedelta(days=40)):
        story.do("regulator-city", "close")

    assert early == "case.appeal_runs"
    assert story.case.state == "closed"


def test_the_level_above_takes_a_case_over(story: CaseStory) -> None:
    story.explained().do("regulator", "take_over", reason="金额大，由省级办理")
    deliver()

    left_out = refused(lambda: story.do("regulator-city", "confirm", note="认定"))
    story.do("regulator", "confirm", note="认定。")
    below_hears = refused(lambda: story.do("leader", "appeal", words="申诉") and story.do("regulator-city2", "uphold",
                                                                                          note="维持"))  # fmt: skip

    assert (left_out, below_hears) == ("access.denied", "access.denied")
    assert story.case.desk_region_code == 410000
    assert "case_taken_over" in told("regulator-city")


@pytest.mark.parametrize("who", ["regulator-city", "regulator-city2"])
def test_nobody_takes_over_from_her_own_desk(story: CaseStory, who: str) -> None:
    assert refused(lambda: story.do(who, "take_over", reason="接管")) == "access.denied"


def test_a_regulator_of_another_region_sees_nothing(story: CaseStory) -> None:
    assert refused(lambda: story.do("regulator-county", "assign")) == "case.unknown"


def test_only_who_was_given_the_case_works_on_it(story: CaseStory) -> None:
    story.assigned()

    other = refused(lambda: story.do("regulator-city2", "ask", **QUESTION))
    story.do("regulator-city", "assign", person_id=story.world.actor("regulator-city2").user_id)
    story.do("regulator-city2", "ask", **QUESTION)

    assert other == "access.denied"


@pytest.mark.parametrize("who", ["regulator", "handler"])
def test_a_case_is_given_to_nobody_beside_the_desk(story: CaseStory, who: str) -> None:
    person = story.world.users[who]

    assert refused(lambda: story.do("regulator-city", "assign", person_id=person)) == "case.not_at_desk"


@pytest.mark.parametrize(
    ("who", "action", "body", "code"),
    [
        ("regulator-city", "ask", {**QUESTION, "parties": "everybody"}, "request.invalid"),
        ("regulator-city", "ask", {**QUESTION, "question": " "}, "order.reason_needed"),
        ("regulator-city", "ask", {**QUESTION, "grounds": ""}, "order.reason_needed"),
        ("regulator-city", "confirm", {"note": "太早"}, "state.not_possible"),
        ("regulator-city", "dismiss", {"review_code": "true", "note": "不对"}, "request.invalid"),
        ("regulator-city", "dismiss", {"review_code": "urgent", "note": ""}, "order.reason_needed"),
        ("regulator-city", "explain", {"words": "替单位说明"}, "state.not_possible"),
        ("regulator-city", "nonsense", {}, "case.unknown_action"),
    ],
)
def test_what_does_not_fit_is_refused(story: CaseStory, who: str, action: str, body: dict, code: str) -> None:
    story.assigned()

    assert refused(lambda: story.do(who, action, **body)) == code
    assert story.case.state == "assigned"


@pytest.mark.parametrize(
    ("who", "words", "code"),
    [
        ("leader", "x", "case.words_needed"),
        ("leader", "字" * 2001, "request.invalid"),
        ("regulator-city", "替单位说明", "access.denied"),
        ("accountant", "会计说明", "case.unknown"),
    ],
)
def test_an_explanation_comes_from_the_party_and_says_something(
    story: CaseStory, who: str, words: str, code: str
) -> None:
    story.asked()

    assert refused(lambda: story.do(who, "explain", words=words)) == code


def test_too_many_files_are_refused(story: CaseStory) -> None:
    files = tuple(KeptFile(sha256=f"{n:064d}", file_name="a.pdf", media_type="x/y", size_bytes=1) for n in range(11))
    story.asked()

    assert refused(lambda: story.do("leader", "explain", words="见附件", attachments=files)) == "attachment.too_many"


def test_a_party_that_is_not_there_is_not_asked(world: World) -> None:
    story = CaseStory(world).found(supplier_id=None).assigned()

    assert refused(lambda: story.do("regulator-city", "ask", **{**QUESTION, "parties": "both"})) == "case.no_such_party"


def test_a_rectification_can_be_sent_back(story: CaseStory) -> None:
    story.rectifying().do("leader", "rectify", words="已整改")
    story.do("regulator-city", "send_back", reason="没有附台账")

    assert (story.case.state, story.case.due_at is not None) == ("rectifying", True)


def test_buttons_are_what_the_state_table_and_the_terms_allow(story: CaseStory) -> None:
    story.confirmed()
    case = story.case

    assert possible(case, story.world.actor("leader")) == ["appeal"]
    assert possible(case, story.world.actor("regulator-city")) == ["ask_rectification", "assign"]
    assert possible(case, story.world.actor("regulator-city2")) == ["assign"]
    assert possible(case, story.world.actor("regulator")) == []
    change_case(story.number, appeal_until=clock.today() - timedelta(days=1))
    assert possible(story.case, story.world.actor("leader")) == []
    assert "close" in possible(story.case, story.world.actor("regulator-city"))


def test_everybody_is_told_in_turn(story: CaseStory) -> None:
    story.asked()
    deliver()
    asked = {who: told(who) for who in ("leader", "finance", "handler", "accountant", "supplier")}
    story.do("leader", "explain", words="说明")
    deliver()
    explained = told("regulator-city"), told("leader")
    story.do("regulator-city", "confirm", note="认定。")
    deliver()

    assert asked == {
        "leader": ["explain_case"], "finance": ["explain_case"], "handler": ["explain_case"], "accountant": [],
        "supplier": [],
    }  # fmt: skip
    assert explained == (["case_explained"], [])
    assert told("finance") == ["case_confirmed"]


def test_three_like_outcomes_suggest_an_exemption(world: World) -> None:
    for _ in range(3):
        story = CaseStory(world).found().dismissed("approved")
    story = CaseStory(world).found()
    other = CaseStory(world).found(rule_id="prices.other", category_code="A02021003")

    found = suggestions_for(story.case)

    assert found == [
        Suggestion("splitting.statutory", "unit", "approved", 3),
        Suggestion("splitting.statutory", "supplier", "approved", 3),
    ]
    assert suggestions_for(other.case) == []


def test_a_case_with_many_findings_is_one_outcome(world: World) -> None:
    for _ in range(3):
        a_finding(world)
    CaseStory(world).found().dismissed("approved")

    assert suggestions_for(CaseStory(world).found().case) == []
    assert len(list(session().scalars(select(Finding.id).where(Finding.review_code == "approved")))) == 4
