"""A supplier at a real browser switches his drop folder on and finds there what became of his files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalog_import.take_drops import Manner, take_drops
from mall.database import connect, disconnect
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PAGE = "/supplier/imports/drop"
GOODS = (
    "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价\n"
    "P1,得力中性笔,笔,得力,6601,支,1.50\n"
    "P2,钢制二斗文件柜,家具区,中伟,W2,个,面议\n"
)


def test_folder_is_switched_on_without_script_and_read_at_both_widths(
    mall: RunningMall, arrive: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = arrive("supplier", size=NARROW, with_script=False).go("/supplier/imports/")
    narrow.press("投递文件夹").press("启用")
    inside = mall.folder / "drops" / "91410100MA00000011" / "in"
    (inside / "按自己系统的长名字导出的商品价格表-2026年11月-郑州晴天办公用品有限公司.csv").write_text(GOODS)
    (inside / "旧表.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(mall.folder))
    connect(mall.database.app)
    try:
        assert take_drops(Manner(quiet_seconds=0)) == 2
    finally:
        disconnect()

    wide = arrive("supplier", size=WIDE).go(PAGE)

    assert "已收下" in wide.words() and "未收下" in wide.words() and "另存为" in wide.words()
    assert arrive("supplier", size=NARROW).go(PAGE).words().count("已启用") == 1
