"""What states, actions and roles are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

STATES: dict[str, dict[str, LazyString]] = {
    "order": {
        "draft": _("草稿"),
        "submitted": _("待审批"),
        "endorsed": _("待二级审批"),
        "returned": _("已退回"),
        "approved": _("待供应商确认"),
        "confirmed": _("待签订合同"),
        "contracted": _("待发货"),
        "shipped": _("待收货"),
        "received": _("待验收"),
        "refused": _("已拒收"),
        "disputed": _("争议处理中"),
        "accepted": _("待开票"),
        "invoiced": _("待申请付款"),
        "payment_requested": _("待付款审核"),
        "in_payment": _("国库支付中"),
        "paid": _("已付款"),
        "closed": _("已办结"),
        "cancelled": _("已取消"),
        "declined": _("供应商已谢绝"),
    },
    "payment": {
        "requested": _("待付款审核"),
        "returned": _("已退回会计"),
        "approved": _("待送国库"),
        "sent": _("已送国库"),
        "paid": _("已付款"),
        "refused": _("国库已退回"),
    },
    "listing": {
        "needs_category": _("待定品目"),
        "on_shelf": _("在架"),
        "off_shelf": _("已下架"),
    },
    "user": {
        "invited": _("待启用"),
        "active": _("正常"),
        "disabled": _("已停用"),
    },
    "supplier": {
        "active": _("正常"),
        "suspended": _("已暂停"),
        "removed": _("已清退"),
    },
}

ACTIONS: dict[str, LazyString] = {
    "submit": _("提交"),
    "edit": _("修改"),
    "approve": _("审批通过"),
    "endorse": _("一级审批通过"),
    "return": _("退回"),
    "cancel": _("取消订单"),
    "confirm": _("确认接单"),
    "decline": _("谢绝接单"),
    "sign": _("签署合同"),
    "contract": _("合同生效"),
    "request_cancellation": _("申请取消"),
    "agree_cancellation": _("同意取消"),
    "ship": _("发货"),
    "receive": _("收货"),
    "refuse": _("拒收"),
    "request_short": _("申请按少交结清"),
    "agree_short": _("同意按少交结清"),
    "accept": _("验收"),
    "accept_first": _("验收人验收"),
    "accept_part": _("部分验收"),
    "accept_second": _("复核验收"),
    "finish_short": _("少交结清"),
    "dispute": _("提出争议"),
    "answer_dispute": _("答复争议"),
    "settle_dispute": _("处理争议"),
    "invoice": _("开具发票"),
    "request_payment": _("申请付款"),
    "return_payment": _("退回付款申请"),
    "approve_payment": _("审核付款"),
    "pay": _("付款成功"),
    "refuse_payment": _("国库退回付款"),
    "register_asset": _("登记资产卡片"),
    "rate": _("评价"),
    "close": _("办结"),
    "send": _("送国库"),
    "settle": _("确定品目"),
    "take_off": _("下架"),
    "put_on": _("上架"),
    "activate": _("启用账号"),
    "disable": _("停用"),
    "enable": _("恢复"),
    "suspend": _("暂停资格"),
    "restore": _("恢复资格"),
}

ROLES: dict[str, LazyString] = {
    "handler": _("经办人"),
    "approver": _("审批人"),
    "leader": _("二级审批人"),
    "receiver": _("收货验收人"),
    "acceptor": _("复核验收人"),
    "accountant": _("会计"),
    "finance": _("财务审核人"),
    "supplier": _("供应商"),
    "centre": _("采购中心"),
    "regulator": _("财政监管"),
    "sysadmin": _("系统管理员"),
    "secadmin": _("安全管理员"),
    "auditor": _("审计管理员"),
}


def state_name(kind: str, state: str) -> str:
    """The state's name; the state itself where it has none."""
    return str(STATES.get(kind, {}).get(state, state))


def action_name(action: str) -> str:
    """The action's name; "order.ship" is "ship" of an order."""
    return str(ACTIONS.get(action.rpartition(".")[2], action))


def role_name(role: str) -> str:
    return str(ROLES.get(role, role))
