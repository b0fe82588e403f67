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
    "budget_document": {
        "draft": _("草稿"),
        "submitted": _("待批复"),
        "approved": _("已批复"),
        "returned": _("已退回"),
        "withdrawn": _("已撤回"),
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
    "refuse_part": _("部分拒收"),
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
    "withdraw": _("撤回"),
}

#: what the audit trail calls by its full code, because the last word alone would not say it
DEEDS: dict[str, LazyString] = {
    "account.sign_in": _("登录"),
    "account.sign_out": _("退出登录"),
    "account.set_password": _("修改密码"),
    "account.end_session": _("结束登录会话"),
    "audit.export": _("导出审计日志"),
    "cart.accept_changes": _("确认价格变化"),
    "cart.add": _("加入购物车"),
    "cart.add_list": _("按清单加入购物车"),
    "cart.budget_line": _("选择预算指标"),
    "cart.buy_again": _("再买一次"),
    "cart.change": _("修改购物车数量"),
    "cart.remove": _("移出购物车"),
    "event.release": _("重新投递事件"),
    "import.decide": _("决定导入"),
    "import.map_columns": _("确认列的对应关系"),
    "import.merge": _("导入商品"),
    "import.purge": _("清理导入文件"),
    "import.read": _("读取导入文件"),
    "import.settle": _("商品归类"),
    "import.upload": _("上传商品文件"),
    "listing.change_price": _("改价"),
    "listing.shelve": _("上架或下架"),
    "order.overdue": _("到期提醒"),
    "order.place": _("下单"),
    "order.rate_by_default": _("到期默认评价"),
    "organisation.create": _("建立单位"),
    "post.end": _("收回岗位"),
    "post.grant": _("授予岗位"),
    "supplier.admit": _("供应商入驻"),
    "token.issue": _("签发接口令牌"),
    "token.revoke": _("撤销接口令牌"),
    "treasury.export": _("导出国库批次"),
    "treasury.import": _("读入国库回单"),
    "treasury.return": _("国库退回付款"),
    "user.create": _("建立账号"),
    "user.end_sessions": _("结束全部登录"),
    "user.renew_link": _("重发一次性链接"),
    "user.unlock": _("解除锁定"),
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
    "budget": _("预算岗"),
    "sysadmin": _("系统管理员"),
    "secadmin": _("安全管理员"),
    "auditor": _("审计管理员"),
}


BUDGET_KINDS: dict[str, LazyString] = {
    "appropriation": _("预算批复"),
    "supplement": _("追加"),
    "reduction": _("调减"),
    "transfer": _("调剂"),
    "freeze": _("冻结指标"),
    "thaw": _("解冻指标"),
}


def state_name(kind: str, state: str) -> str:
    """The state's name; the state itself where it has none."""
    return str(STATES.get(kind, {}).get(state, state))


def action_name(action: str) -> str:
    """The action's name; "order.ship" is "ship" of an order."""
    return str(ACTIONS.get(action.rpartition(".")[2], action))


def deed_name(code: str) -> str:
    """What the audit trail's code is called: "cart.add", "order.ship"; the code itself where it has no name."""
    return str(DEEDS[code]) if code in DEEDS else action_name(code)


def budget_kind_name(kind: str) -> str:
    """What a kind of budget document is called."""
    return str(BUDGET_KINDS.get(kind, kind))


def role_name(role: str) -> str:
    return str(ROLES.get(role, role))
