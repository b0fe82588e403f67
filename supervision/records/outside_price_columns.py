"""The one shape of a file of outside prices: its columns, and what channels are called."""

from __future__ import annotations

from mall.finance.budget_file_columns import BudgetColumn

OUTSIDE_PRICE_COLUMNS: tuple[BudgetColumn, ...] = (
    BudgetColumn("product_id", "商品编号", ("商城商品编号", "product", "product id"), True, "12", "商品页网址里的编号"),
    BudgetColumn("kind", "渠道", ("渠道类型", "kind", "channel"), True, "电商", "供应商自有渠道、电商或市场"),
    BudgetColumn("source", "来源", ("在哪里", "店铺", "source"), True, "某电商自营", "店名或刊物名"),
    BudgetColumn("price", "价格（元）", ("价格", "单价", "price"), True, "1280.00", "含税"),
    BudgetColumn("pieces", "件数", ("数量", "pieces"), False, "1", "这个价格买到几个比价单位，不填为 1"),
    BudgetColumn("captured_on", "日期", ("采集日期", "看到的日期", "date"), True, "2026-03-02", "年-月-日"),
    BudgetColumn("credit_code", "供应商信用代码", ("信用代码", "supplier"), False, "", "自有渠道时填写"),
    BudgetColumn("is_promotion", "促销", ("是否促销", "promotion"), False, "否", "是或否"),
    BudgetColumn("note", "备注", ("说明", "note"), False, "", "可不填"),
)

KIND_WORDS_IN_FILES: dict[str, tuple[str, ...]] = {
    "own_site": ("供应商自有渠道", "自有渠道", "官网", "own site", "own_site"),
    "e_commerce": ("电商", "电商平台", "e-commerce", "e_commerce"),
    "market": ("市场", "实体市场", "market"),
}
YES = ("是", "促销", "yes", "1")
