"""The table of accounts: what each account of the five books means, its normal side and what it is kept per."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Book = Literal["budget", "cash_plan", "financial", "budgetary", "treasury"]
#: what an account is kept per: the budget line, a month of its plan ("month:03") or a document ("order:...")
Grain = Literal["line", "month", "document"]

BOOKS: tuple[Book, ...] = ("budget", "cash_plan", "financial", "budgetary", "treasury")
DEBIT, CREDIT = 1, -1


class Account(IntEnum):
    """Account codes; the first digit is the book."""

    APPROPRIATION = 1000
    CARRIED_IN = 1010
    AVAILABLE = 1100
    FROZEN = 1110
    LAPSED = 1120
    CARRIED_OUT = 1130
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
    ZERO_BALANCE = 2220
    BANK_DEPOSITS = 2230
    PRIOR_YEARS = 2310
    YEAR_BRIDGE = 2320
    PRIOR_COSTS = 2340
    SURRENDERED = 2330

    EXPENDITURE = 3010
    BUDGET_REVENUE = 3110
    ZERO_BALANCE_FUNDS = 3120
    MONETARY_FUNDS = 3130

    TO_SEND = 4010
    OUTSTANDING = 4020
    CONFIRMED = 4030
    TO_COLLECT = 4040
    COLLECTED_FOR_TREASURY = 4050
    UNMATCHED = 4060
    INSTRUCTED = 4110
    PRIOR_CLAIMS = 4120
    SUSPENSE = 4130

    CEILING = 5000
    UNPLANNED = 5100
    PLAN_AVAILABLE = 5110
    PLAN_REQUESTED = 5200
    PLAN_PAID = 5300
    PLAN_CANCELLED = 5900


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
    ChartLine(Account.CARRIED_IN, "budget", "B105", "上年结转", "Carried in", DEBIT, True, "document"),
    ChartLine(Account.AVAILABLE, "budget", "B210", "可用指标", "Available", CREDIT, True, "line", hot=True),
    ChartLine(Account.FROZEN, "budget", "B280", "冻结指标", "Frozen", CREDIT, True, "line"),
    ChartLine(Account.LAPSED, "budget", "B290", "年末收回", "Lapsed", CREDIT, True, "line"),
    ChartLine(Account.CARRIED_OUT, "budget", "B295", "结转下年", "Carried out", CREDIT, True, "document"),
    ChartLine(Account.RESERVED, "budget", "B220", "占用", "Reserved", CREDIT, True, "document"),
    ChartLine(Account.COMMITTED, "budget", "B230", "合同承诺", "Committed", CREDIT, True, "document"),
    ChartLine(Account.ACCRUED, "budget", "B240", "已验收应付", "Accrued", CREDIT, True, "document"),
    ChartLine(Account.IN_PAYMENT, "budget", "B250", "支付在途", "In payment", CREDIT, True, "document"),
    ChartLine(Account.PAID, "budget", "B260", "已支付", "Paid", CREDIT, True, "document"),
    ChartLine(Account.CEILING, "cash_plan", "C000", "计划总额度", "Plan ceiling", DEBIT, True, "line"),
    ChartLine(Account.UNPLANNED, "cash_plan", "C110", "未编计划", "Not yet planned", CREDIT, True, "line"),
    ChartLine(
        Account.PLAN_AVAILABLE, "cash_plan", "C210", "已批计划可用", "Planned and available", CREDIT, True, "month"
    ),
    ChartLine(
        Account.PLAN_REQUESTED, "cash_plan", "C220", "计划支付在途", "Plan money requested", CREDIT, True, "document"
    ),
    ChartLine(Account.PLAN_PAID, "cash_plan", "C230", "计划已支付", "Plan money paid", CREDIT, True, "document"),
    ChartLine(Account.PLAN_CANCELLED, "cash_plan", "C290", "计划注销", "Plan money cancelled", CREDIT, True, "line"),
    ChartLine(Account.EXPENSE, "financial", "5001", "业务活动费用", "Expense", DEBIT, True, "document"),
    ChartLine(Account.INVENTORY, "financial", "1302", "库存物品", "Inventory", DEBIT, True, "document"),
    ChartLine(Account.FIXED_ASSETS, "financial", "1601", "固定资产", "Fixed assets", DEBIT, True, "document"),
    ChartLine(
        Account.ACCEPTED_ASSETS, "financial", "1601.99", "已验收待登记资产", "Accepted assets", DEBIT, True, "document"
    ),
    ChartLine(Account.REFUNDS_DUE, "financial", "1218", "应收退货款", "Refunds due", DEBIT, True, "document"),
    ChartLine(Account.PAYABLE, "financial", "2302", "应付账款", "Payables", CREDIT, True, "document"),
    ChartLine(Account.FISCAL_REVENUE, "financial", "4001", "财政拨款收入", "Fiscal revenue", CREDIT, False, "document"),
    # How the other two channels pay: the quota of the zero-balance account, or money in the unit's own bank account.
    ChartLine(
        Account.ZERO_BALANCE, "financial", "1011", "零余额账户用款额度", "Zero-balance quota", CREDIT, False, "document"
    ),
    ChartLine(Account.BANK_DEPOSITS, "financial", "1002", "银行存款", "Bank deposits", CREDIT, False, "document"),
    ChartLine(Account.PRIOR_YEARS, "financial", "3101", "以前年度盈余调整", "Prior years", CREDIT, False, "document"),
    # What goes back of goods whose cost stands in the books of a year that is over.
    ChartLine(
        Account.PRIOR_COSTS,
        "financial",
        "3101.01",
        "以前年度费用冲减",
        "Costs of earlier years",
        CREDIT,
        False,
        "document",
    ),
    # Open payables and assets leave one year by this account and enter the next by it; over all years it is zero.
    ChartLine(Account.YEAR_BRIDGE, "financial", "3001.99", "年度结转过渡", "Year bridge", CREDIT, False, "document"),
    ChartLine(
        Account.SURRENDERED, "financial", "2103", "退款上缴财政", "Surrendered to the treasury", DEBIT, True, "document"
    ),
    ChartLine(Account.EXPENDITURE, "budgetary", "7201", "事业支出", "Expenditure", DEBIT, False, "document"),
    ChartLine(
        Account.BUDGET_REVENUE, "budgetary", "6001", "财政拨款预算收入", "Budget revenue", CREDIT, False, "document"
    ),
    ChartLine(
        Account.ZERO_BALANCE_FUNDS,
        "budgetary",
        "8001.01",
        "资金结存—零余额账户用款额度",
        "Funds: zero-balance quota",
        CREDIT,
        False,
        "document",
    ),
    ChartLine(
        Account.MONETARY_FUNDS, "budgetary", "8001.02", "资金结存—货币资金", "Funds: money", CREDIT, False, "document"
    ),
    # Guarded all along, so that no instruction leaves without its request and no refund is claimed above what was paid.
    ChartLine(Account.TO_SEND, "treasury", "T090", "待发支付指令", "Instructions to send", DEBIT, True, "document"),
    ChartLine(
        Account.OUTSTANDING, "treasury", "T100", "指令已发待回单", "Instructions outstanding", DEBIT, True, "document"
    ),
    ChartLine(Account.CONFIRMED, "treasury", "T300", "国库回单确认", "Confirmed by treasury", DEBIT, True, "document"),
    ChartLine(Account.TO_COLLECT, "treasury", "T310", "待收退款", "Refunds to collect", DEBIT, True, "document"),
    ChartLine(
        Account.COLLECTED_FOR_TREASURY,
        "treasury",
        "T320",
        "以前年度退款已缴",
        "Collected for the treasury",
        DEBIT,
        True,
        "document",
    ),
    ChartLine(Account.UNMATCHED, "treasury", "T305", "未匹配回单", "Unmatched receipts", DEBIT, True, "document"),
    ChartLine(Account.INSTRUCTED, "treasury", "T210", "支付指令累计", "All instructions", CREDIT, False, "document"),
    ChartLine(
        Account.PRIOR_CLAIMS,
        "treasury",
        "T330",
        "以前年度付款退款权",
        "Claims on earlier years",
        CREDIT,
        False,
        "document",
    ),
    ChartLine(Account.SUSPENSE, "treasury", "T900", "待查", "Suspense", CREDIT, True, "document"),
)

Channel = Literal["treasury_direct", "treasury_authorised", "real_account"]

#: how a payment leaves: what it credits in the financial and in the budgetary book (the debits are the same)
CHANNELS: dict[Channel, tuple[Account, Account]] = {
    "treasury_direct": (Account.FISCAL_REVENUE, Account.BUDGET_REVENUE),
    "treasury_authorised": (Account.ZERO_BALANCE, Account.ZERO_BALANCE_FUNDS),
    "real_account": (Account.BANK_DEPOSITS, Account.MONETARY_FUNDS),
}

CHART_BY_ACCOUNT: dict[Account, ChartLine] = {line.account: line for line in CHART}
