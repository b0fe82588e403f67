"""What the steps, codes and parties of cases are called, for pages in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

#: what a person does: the words of its button
DEED_WORDS: dict[str, LazyString] = {
    "assign": _("受理，或改交他人"),
    "take_over": _("由上级接管"),
    "ask": _("请当事人说明"),
    "explain": _("说明情况"),
    "confirm": _("认定属实"),
    "dismiss": _("不予认定，了结"),
    "appeal": _("申诉"),
    "uphold": _("申诉不成立，维持认定"),
    "overturn": _("申诉成立，撤销认定"),
    "ask_rectification": _("要求整改"),
    "rectify": _("报告整改情况"),
    "send_back": _("整改不够，退回"),
    "verify": _("整改核实无误"),
    "close": _("办结"),
}
#: what happened, for the time line
STEP_WORDS: dict[str, LazyString] = {
    "find": _("发现"),
    "join": _("并入新的发现"),
    "assign": _("受理"),
    "take_over": _("上级接管"),
    "ask": _("请当事人说明"),
    "explain_part": _("一方已说明"),
    "explain": _("当事人说明"),
    "pass_deadline": _("期限已过，没有答复"),
    "confirm": _("已认定属实"),
    "dismiss": _("不予认定"),
    "appeal": _("申诉"),
    "uphold": _("维持认定"),
    "overturn": _("撤销认定"),
    "ask_rectification": _("要求整改"),
    "rectify": _("报告整改情况"),
    "send_back": _("退回整改"),
    "verify": _("整改核实无误"),
    "close": _("办结"),
}
DONE_WORDS: dict[str, LazyString] = {
    "assign": _("已受理。"),
    "take_over": _("已接管，原来的监管部门会收到通知。"),
    "ask": _("已请当事人说明，对方会收到通知。"),
    "explain": _("说明已提交，监管人员会收到通知。认定之前可以补充。"),
    "confirm": _("已认定属实，当事人可以在期限内申诉。"),
    "dismiss": _("已了结，不予认定；结论计入规则的准确率。"),
    "appeal": _("申诉已提交，由另外的人员处理。"),
    "uphold": _("已维持认定。"),
    "overturn": _("已撤销认定。"),
    "ask_rectification": _("已要求整改，对方会收到通知。"),
    "rectify": _("整改情况已提交，等监管人员核实。"),
    "send_back": _("已退回，期限重新起算。"),
    "verify": _("整改已核实。"),
    "close": _("线索已办结。"),
    "propose_hold": _("暂停已提议，等另一位监管人员复核。"),
}
CODE_WORDS: dict[str, LazyString] = {
    "true": _("属实"),
    "configuration": _("合理：配置不同"),
    "service_included": _("合理：含服务"),
    "remote_freight": _("合理：偏远地区运费"),
    "manufacturer_price": _("合理：厂家调价"),
    "urgent": _("合理：紧急采购"),
    "approved": _("合理：已经批准"),
    "wrong_category": _("数据有误：品目"),
    "wrong_unit": _("数据有误：计量单位"),
    "wrong_pack": _("数据有误：包装数量"),
    "wrong_model": _("数据有误：型号"),
    "rule_wrong": _("规则有误"),
}
PARTY_WORDS: dict[str, LazyString] = {
    "unit": _("采购单位"),
    "supplier": _("供应商"),
    "both": _("采购单位和供应商"),
}
KIND_WORDS: dict[str, LazyString] = {
    "explanation": _("说明"),
    "rectification": _("整改情况"),
    "appeal": _("申诉"),
}
HOLD_KIND_WORDS: dict[str, LazyString] = {
    "order": _("暂停订单"),
    "payment": _("暂停付款"),
    "listing": _("暂停销售"),
}
HOLD_DEED_WORDS: dict[str, LazyString] = {
    "approve": _("同意暂停"),
    "reject": _("不同意"),
    "withdraw": _("撤回提议"),
    "propose_lift": _("提议提前解除"),
    "lift": _("同意提前解除"),
    "keep": _("不同意提前解除"),
}
HOLD_STEP_WORDS: dict[str, LazyString] = {
    **HOLD_DEED_WORDS,
    "propose": _("提议暂停"),
    "lapse": _("提议失效"),
    "take_effect": _("暂停生效"),
    "fail": _("没有生效"),
    "end": _("暂停结束"),
}
HOLD_DONE_WORDS: dict[str, LazyString] = {
    "approve": _("已同意，系统马上办理暂停。"),
    "reject": _("已答复不同意。"),
    "withdraw": _("已撤回。"),
    "propose_lift": _("提前解除已提议，等另一位监管人员复核。"),
    "lift": _("已同意，系统马上解除。"),
    "keep": _("已答复不同意，暂停继续。"),
}
LEVEL_WORDS: dict[str, LazyString] = {"province": _("省级"), "city": _("市级"), "county": _("县级")}
SEVERITY_WORDS: dict[int, LazyString] = {4: _("严重"), 3: _("较重"), 2: _("提示"), 1: _("参考")}
