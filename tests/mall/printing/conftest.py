"""Sample documents and the fonts they are set in."""

from collections.abc import Callable

import pytest

from mall.printing.chinese_fonts import chinese_fonts
from mall.printing.document_data import (
    BudgetShare,
    ContractTerms,
    DocumentData,
    DocumentLine,
    Invoice,
    Particular,
    Party,
    SignatureMark,
)
from mall.printing.verification_code import code_for

CONTENT_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

GOODS = (
    ("A05040101", "得力 7363 复印纸", "A4 70g 500张/包 8包/箱", "箱", 12, 16850),
    ("A02021003", "惠普 LaserJet Pro MFP 4104fdw 黑白激光多功能一体机", "A4 40页/分钟 自动双面 无线", "台", 1, 329900),
    ("A02010105", "联想 启天 M760t-A193 台式计算机", "i5-14500/16GB/512GB SSD/23.8英寸", "台", 3, 558000),
    ("A05040201", "惠普 CF280X 黑色硒鼓", "约6900页", "支", 4, 71900),
)


def _lines(count: int) -> tuple[DocumentLine, ...]:
    lines = []
    for position in range(count):
        code, name, specification, unit, quantity, price_fen = GOODS[position % len(GOODS)]
        lines.append(
            DocumentLine(
                category_code=code,
                name=name,
                specification=specification,
                unit=unit,
                quantity=quantity,
                price_fen=price_fen,
                amount_fen=quantity * price_fen,
                budget_line="2026-0417 公用经费",
                received=quantity,
                accepted=quantity,
                remark="外包装有压痕，内物完好。" if position == 1 else "",
            )
        )
    return tuple(lines)


def _signature(role: str, organisation: str, name: str, signed_at: str) -> SignatureMark:
    return SignatureMark(
        role=role, organisation=organisation, name=name, signed_at=signed_at, content_hash=CONTENT_HASH
    )


_SCHOOL = "郑州市金水区文化路第一小学"
_SELLER = "河南省中原文仪办公设备有限公司"
_SIGNATURES = {
    "order": (
        _signature("采购人经办人", _SCHOOL, "王晓燕", "2026-03-02T01:05:00+00:00"),
        _signature("采购人审批人", _SCHOOL, "李建国", "2026-03-02T02:15:00+00:00"),
    ),
    "contract": (
        _signature("甲方（采购人）", _SCHOOL, "李建国", "2026-03-03T02:15:00+00:00"),
        _signature("乙方（供应商）", _SELLER, "赵志强", "2026-03-03T07:40:00+00:00"),
    ),
    "acceptance": (
        _signature("验收人", _SCHOOL, "陈思远", "2026-03-09T06:20:00+00:00"),
        _signature("复核验收人", _SCHOOL, "周敏", "2026-03-09T08:02:00+00:00"),
    ),
    "payment_request": (
        _signature("会计", _SCHOOL, "刘芳", "2026-03-12T01:30:00+00:00"),
        _signature("财务审批人", _SCHOOL, "孙立群", "2026-03-12T03:11:00+00:00"),
    ),
}
_NUMBERS = {
    "order": "DD-410105-2026-000318",
    "contract": "HT-410105-2026-000291",
    "acceptance": "YS-410105-2026-000274",
    "payment_request": "ZF-410105-2026-000266",
}
_ISSUED_ON = {
    "order": "2026-03-02",
    "contract": "2026-03-03",
    "acceptance": "2026-03-09",
    "payment_request": "2026-03-12",
}
_PARTICULARS = {
    "order": (
        Particular(label="采购方式", value="直购"),
        Particular(label="下单时间", value="2026年3月2日 09:05"),
        Particular(label="收货人", value="陈思远 0371-63550102"),
        Particular(label="期望到货", value="2026年3月10日前"),
        Particular(label="收货地点", value="郑州市金水区文化路 68 号教学楼一层总务处"),
    ),
    "contract": (),
    "acceptance": (
        Particular(label="到货日期", value="2026年3月6日"),
        Particular(label="验收地点", value="文化路 68 号教学楼一层总务处"),
    ),
    "payment_request": (Particular(label="支付方式", value="国库集中支付（授权支付）"),),
}
_TERMS = ContractTerms(
    delivery_address="郑州市金水区文化路 68 号教学楼一层总务处",
    receiver="陈思远",
    receiver_telephone="0371-63550102",
    delivery_days=7,
    acceptance_working_days=7,
    payment_days=30,
    payment_limit_days=60,
    warranty_months=12,
    late_delivery_rate_bp=5,
    late_delivery_ceiling_bp=500,
    late_payment_rate_bp=5,
)


def _kind_fields(kind: str, *, total_fen: int) -> dict:
    if kind == "contract":
        return {"terms": _TERMS, "order_number": _NUMBERS["order"]}
    if kind == "acceptance":
        return {
            "order_number": _NUMBERS["order"],
            "contract_number": _NUMBERS["contract"],
            "accepted_on": "2026-03-09",
            "conclusion": "品名、规格、数量与合同一致，外观完好，通电试用正常，验收合格。",
        }
    if kind == "payment_request":
        return {
            "order_number": _NUMBERS["order"],
            "contract_number": _NUMBERS["contract"],
            "acceptance_number": _NUMBERS["acceptance"],
            "order_total_fen": total_fen,
            "payment_due_on": "2026-04-08",
            "invoices": (
                Invoice(
                    number="26412000000031850274",
                    kind="电子发票（增值税专用发票）",
                    issued_on="2026-03-10",
                    amount_fen=total_fen,
                    tax_fen=total_fen * 13 // 113,
                ),
            ),
            "budget_shares": (
                BudgetShare(
                    code="410105-2026-0417",
                    name="小学教育 公用经费",
                    function_code="2050202",
                    economic_code="30201",
                    fund_source="一般公共预算资金",
                    amount_fen=total_fen,
                ),
            ),
        }
    return {}


def build_sample_document(kind: str, *, line_count: int = 1, **changed) -> DocumentData:
    """A document of a kind as a school in Zhengzhou would have it; keyword arguments replace its fields."""
    lines = changed.pop("lines", _lines(line_count))
    total_fen = sum(line.amount_fen for line in lines)
    fields = {
        "number": _NUMBERS[kind],
        "region": "郑州市金水区",
        "fiscal_year": 2026,
        "issued_on": _ISSUED_ON[kind],
        "printed_at": "2026-03-12T05:26:00+00:00",
        "purchaser": Party(
            name=_SCHOOL,
            credit_code="12410105416048327K",
            address="郑州市金水区文化路 68 号",
            contact="王晓燕",
            telephone="0371-63550101",
        ),
        "supplier": Party(
            name=_SELLER,
            credit_code="91410100MA3X4T8B2P",
            address="郑州高新技术产业开发区科学大道 97 号 3 号楼",
            contact="赵志强",
            telephone="0371-67990808",
            bank_name="中国建设银行股份有限公司郑州科学大道支行",
            bank_account="41050167280800001736",
        ),
        "lines": lines,
        "total_fen": total_fen,
        "signatures": _SIGNATURES[kind],
        "particulars": _PARTICULARS[kind],
        "verification_code": code_for(kind, _NUMBERS[kind], CONTENT_HASH),
        "site_address": "https://mall.example.gov.cn",
    }
    return DocumentData(**(fields | _kind_fields(kind, total_fen=total_fen) | changed))


@pytest.fixture
def sample_document() -> Callable[..., DocumentData]:
    return build_sample_document


@pytest.fixture(scope="session")
def a_chinese_font() -> None:
    """Leaves a test out, and says so, on a machine that has no Chinese font at all."""
    if chinese_fonts() is None:
        pytest.skip("no Chinese font here: run make setup, or install fonts-noto-cjk or fonts-wqy-microhei")
