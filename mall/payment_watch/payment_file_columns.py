"""The one shape of a payment file: its columns, what banks and treasuries call them, and what may stand there."""

from __future__ import annotations

from mall.finance.budget_file_columns import BudgetColumn

PAYMENT_COLUMNS: tuple[BudgetColumn, ...] = (
    BudgetColumn(
        "credit_code", "单位统一社会信用代码",
        ("统一社会信用代码", "信用代码", "付款单位代码", "单位代码", "unit credit code"),
        True, "12410100MB00000018", "预算单位的 18 位代码",
    ),
    BudgetColumn(
        "unit_name", "单位名称", ("付款单位", "付款人", "付款人名称", "单位", "unit"),
        False, "示例中学", "只供核对，以信用代码为准",
    ),
    BudgetColumn(
        "paid_on", "支付日期", ("付款日期", "交易日期", "记账日期", "日期", "payment date", "date"),
        True, "2026-03-02", "年-月-日",
    ),
    BudgetColumn(
        "amount", "金额（元）", ("支付金额", "付款金额", "交易金额", "金额", "发生额", "amount"),
        True, "1280.00", "退回的款项填负数",
    ),
    BudgetColumn(
        "payee_name", "收款人", ("收款人名称", "收款单位", "收款人全称", "对方户名", "payee", "payee name"),
        True, "示例文化用品有限公司", "",
    ),
    BudgetColumn(
        "payee_account", "收款人账号", ("收款账号", "收款人银行账号", "对方账号", "payee account"),
        False, "6200000000000001", "",
    ),
    BudgetColumn(
        "economic_code", "经济分类",
        ("部门经济分类", "经济分类科目", "支出经济分类", "经济科目", "economic item"),
        False, "30201", "科目编码",
    ),
    BudgetColumn(
        "purpose", "用途", ("摘要", "资金用途", "支付用途", "附言", "purpose"), False, "购复印纸", "照凭证填写",
    ),
    BudgetColumn(
        "channel", "支付方式", ("支付渠道", "支付类型", "channel"),
        True, "实有资金", "财政直接支付、财政授权支付或实有资金",
    ),
    BudgetColumn(
        "voucher_number", "凭证号",
        ("支付凭证号", "凭证编号", "流水号", "交易流水号", "voucher", "voucher number"),
        True, "SY-2026-0001", "同一单位、同一支付方式内不重复",
    ),
    BudgetColumn("category_code", "品目编码", ("采购品目", "品目", "category code"), False, "A05040101", "可不填"),
    BudgetColumn("invoice_number", "发票号码", ("发票号", "invoice", "invoice number"), False, "", "可不填"),
)  # fmt: skip

#: what a channel is called in files
CHANNEL_WORDS: dict[str, tuple[str, ...]] = {
    "treasury_direct": ("财政直接支付", "直接支付", "国库直接支付", "treasury direct", "direct"),
    "treasury_authorised": ("财政授权支付", "授权支付", "国库授权支付", "treasury authorised", "authorised"),
    "real_account": ("实有资金", "实有资金账户", "实有资金支付", "自有资金", "real account"),
}
