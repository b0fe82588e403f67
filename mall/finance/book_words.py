"""What the books, the events that moved money and the papers behind them are called."""

from __future__ import annotations

from datetime import date

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ledger.chart_of_accounts import Account
from mall.finance.chart_mapping import account_title
from mall.web.translation import current_language

BOOKS: dict[str, LazyString] = {
    "budget": _l("预算指标控制账"),
    "financial": _l("财务会计"),
    "budgetary": _l("预算会计"),
    "cash_plan": _l("用款计划账"),
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
    "recall": _l("支付申请撤回，回到应付"),
    "bounce": _l("退票，回到应付"),
    "price_cut": _l("双方商定降价"),
    "return_for_good": _l("未付款的货物退回"),
    "return_to_replace": _l("退换货，回到承诺"),
    "claim": _l("应收退款"),
    "receive": _l("退款回到指标"),
    "surrender": _l("以前年度退款上缴国库"),
    "give_up": _l("退款核销"),
    "refuse": _l("国库退回，回到应付"),
    "register": _l("登记资产卡片"),
    "lapse": _l("年末收回"),
    "carry_out": _l("年末结转下年"),
    "carry_in": _l("上年结转"),
    "carry_out_available": _l("可用指标结转下年"),
    "carry_in_available": _l("上年可用指标结转"),
    "withdraw_claim": _l("年末转出退款权"),
    "claim_prior": _l("以前年度退款应收"),
    "reclassify": _l("调账：改列科目"),
    "plan": _l("用款计划批复"),
    "change": _l("用款计划月份调整"),
    "withdrawal": _l("收回用款计划"),
}

#: by the type of the source
PAPERS: dict[str, LazyString] = {
    "order": _l("订单"),
    "acceptance": _l("验收单"),
    "payment": _l("支付申请"),
    "asset": _l("资产卡片"),
    "budget_document": _l("预算文件"),
    "budget": _l("预算批复"),
    "year_end": _l("年末清理表"),
    "journal": _l("手工凭证"),
    "fund_use_plan": _l("用款计划"),
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


def account_name(account: Account, region_code: int, on: date) -> str:
    """What the account is called in the books of a region on a day, in the reader's language."""
    title = account_title(account, region_code=region_code, on=on)
    return title.name_en if current_language() == "en" else title.name_zh


def account_code(account: Account, region_code: int, on: date) -> str:
    """The account's code in the books of a region on a day."""
    return account_title(account, region_code=region_code, on=on).official_code


def account_title_words(account: Account, *, region_code: int, on: date) -> str:
    """Code and name together."""
    return f"{account_code(account, region_code, on)} {account_name(account, region_code, on)}"


def side_name(balance_fen: int) -> str:
    """On which side a balance stands: 借, 贷 or 平."""
    if balance_fen == 0:
        return _("平")
    return _("借") if balance_fen > 0 else _("贷")
