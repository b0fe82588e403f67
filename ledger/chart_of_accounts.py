"""The table of accounts: what each account of the four books means, its normal side and what it is kept per."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Book = Literal["budget", "financial", "budgetary", "treasury"]
Grain = Literal["line", "document"]

BOOKS: tuple[Book, ...] = ("budget", "financial", "budgetary", "treasury")
DEBIT, CREDIT = 1, -1


class Account(IntEnum):
    """Account codes; the first digit is the book."""

    APPROPRIATION = 1000
    AVAILABLE = 1100
    FROZEN = 1110
    LAPSED = 1120
    RESERVED = 1200
    COMMITTED = 1300
    ACCRUED = 1400
    IN_PAYMENT = 1500
    PAID = 1600

    EXPENSE = 2010
    INVENTORY = 2020
    FIXED_ASSETS = 2030
    ACCEPTED_ASSETS = 2040
    REFUNDS_DUE = 2050
    PAYABLE = 2110
    FISCAL_REVENUE = 2210

    EXPENDITURE = 3010
    BUDGET_REVENUE = 3110

    TO_SEND = 4010
    OUTSTANDING = 4020
    CONFIRMED = 4030
    TO_COLLECT = 4040
    INSTRUCTED = 4110


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One account: `normal` is +1 debit or -1 credit; guarded = keeps a balance that may not leave that side."""

    account: Account
    book: Book
    official_code: str
    name_zh: str
    name_en: str
    normal: int
    guarded: bool
    grain: Grain
    hot: bool = False


# Official codes of the financial and budgetary books follow the government accounting system (政府会计制度);
# those of the control books are our own letters. To be confirmed by an accountant of the province.
CHART: tuple[ChartLine, ...] = (
    ChartLine(Account.APPROPRIATION, "budget", "B100", "批复预算", "Appropriation", DEBIT, True, "line"),
    ChartLine(Account.AVAILABLE, "budget", "B210", "可用指标", "Available", CREDIT, True, "line", hot=True),
    ChartLine(Account.FROZEN, "budget", "B280", "冻结指标", "Frozen", CREDIT, True, "line"),
    ChartLine(Account.LAPSED, "budget", "B290", "年末收回", "Lapsed", CREDIT, True, "line"),
    ChartLine(Account.RESERVED, "budget", "B220", "占用", "Reserved", CREDIT, True, "document"),
    ChartLine(Account.COMMITTED, "budget", "B230", "合同承诺", "Committed", CREDIT, True, "document"),
    ChartLine(Account.ACCRUED, "budget", "B240", "已验收应付", "Accrued", CREDIT, True, "document"),
    ChartLine(Account.IN_PAYMENT, "budget", "B250", "支付在途", "In payment", CREDIT, True, "document"),
    ChartLine(Account.PAID, "budget", "B260", "已支付", "Paid", CREDIT, True, "document"),
    ChartLine(Account.EXPENSE, "financial", "5001", "业务活动费用", "Expense", DEBIT, True, "document"),
    ChartLine(Account.INVENTORY, "financial", "1302", "库存物品", "Inventory", DEBIT, True, "document"),
    ChartLine(Account.FIXED_ASSETS, "financial", "1601", "固定资产", "Fixed assets", DEBIT, True, "document"),
    ChartLine(
        Account.ACCEPTED_ASSETS, "financial", "1601.99", "已验收待登记资产", "Accepted assets", DEBIT, True, "document"
    ),
    ChartLine(Account.REFUNDS_DUE, "financial", "1218", "应收退货款", "Refunds due", DEBIT, True, "document"),
    ChartLine(Account.PAYABLE, "financial", "2302", "应付账款", "Payables", CREDIT, True, "document"),
    ChartLine(Account.FISCAL_REVENUE, "financial", "4001", "财政拨款收入", "Fiscal revenue", CREDIT, False, "document"),
    ChartLine(Account.EXPENDITURE, "budgetary", "7201", "事业支出", "Expenditure", DEBIT, False, "document"),
    ChartLine(
        Account.BUDGET_REVENUE, "budgetary", "6001", "财政拨款预算收入", "Budget revenue", CREDIT, False, "document"
    ),
    # Guarded all along, so that no instruction leaves without its request and no refund is claimed above what was paid.
    ChartLine(Account.TO_SEND, "treasury", "T090", "待发支付指令", "Instructions to send", DEBIT, True, "document"),
    ChartLine(
        Account.OUTSTANDING, "treasury", "T100", "指令已发待回单", "Instructions outstanding", DEBIT, True, "document"
    ),
    ChartLine(Account.CONFIRMED, "treasury", "T300", "国库回单确认", "Confirmed by treasury", DEBIT, True, "document"),
    ChartLine(Account.TO_COLLECT, "treasury", "T310", "待收退款", "Refunds to collect", DEBIT, True, "document"),
    ChartLine(Account.INSTRUCTED, "treasury", "T210", "支付指令累计", "All instructions", CREDIT, False, "document"),
)

CHART_BY_ACCOUNT: dict[Account, ChartLine] = {line.account: line for line in CHART}
