"""What the books, the events that moved money and the papers behind them are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ledger.chart_of_accounts import CHART_BY_ACCOUNT, Account
from mall.web.translation import current_language

BOOKS: dict[str, LazyString] = {
    "budget": _l("预算指标控制账"),
    "financial": _l("财务会计"),
    "budgetary": _l("预算会计"),
    "treasury": _l("国库对账"),
}

#: by the event's name without the number of its round
EVENTS: dict[str, LazyString] = {
    "appropriation": _l("预算批复"),
    "supplement": _l("追加"),
    "reduction": _l("调减"),
    "transfer": _l("调剂"),
    "freeze": _l("冻结指标"),
    "thaw": _l("解冻指标"),
    "submit": _l("提交订单，占用预算"),
    "release": _l("退回或取消，释放占用"),
    "approve": _l("审批通过，转为承诺"),
    "contract": _l("签约价低于下单价，差额退回"),
    "release_commitment": _l("谢绝或取消，退回承诺"),
    "short": _l("不再补发的部分，退回承诺"),
    "accept": _l("验收合格，成为应付"),
    "request": _l("支付申请通过，转为支付在途"),
    "send": _l("支付指令送国库"),
    "confirm": _l("国库已支付"),
    "refuse": _l("国库退回，回到应付"),
    "register": _l("登记资产卡片"),
}

#: by the type of the source
PAPERS: dict[str, LazyString] = {
    "order": _l("订单"),
    "acceptance": _l("验收单"),
    "payment": _l("支付申请"),
    "asset": _l("资产卡片"),
    "budget_document": _l("预算文件"),
    "budget": _l("预算批复"),
}


def book_name(book: str) -> str:
    return str(BOOKS.get(book, book))


def event_name(event: str) -> str:
    """What happened: "approve.2" is an approval again, "approve.reversal" its exact negation."""
    name = event.partition(".")[0]
    words = str(EVENTS.get(name, name))
    return _("冲正：%(event)s", event=words) if event.endswith(".reversal") else words


def paper_name(source_type: str) -> str:
    return str(PAPERS.get(source_type, source_type))


def account_name(account: Account) -> str:
    """The account's name in the reader's language."""
    line = CHART_BY_ACCOUNT[account]
    return line.name_en if current_language() == "en" else line.name_zh


def account_code(account: Account) -> str:
    """The account's official code."""
    return CHART_BY_ACCOUNT[account].official_code


def side_name(balance_fen: int) -> str:
    """On which side a balance stands: 借, 贷 or 平."""
    if balance_fen == 0:
        return _("平")
    return _("借") if balance_fen > 0 else _("贷")
