"""This file knows what a printed document is made of: plain strings and whole numbers, nothing from the database.

Money is fen, a rate is basis points (1 = 0.01 %), a moment is ISO 8601 with its offset ("2026-03-02T02:15:00+00:00",
printed in Shanghai time), a day is "2026-03-02". Empty strings are left out on paper.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Party:
    """One side of the document as it stood on the day of the document."""

    name: str
    credit_code: str = ""
    address: str = ""
    contact: str = ""
    telephone: str = ""
    bank_name: str = ""
    bank_account: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """One line; `amount_fen` is of the accepted part on an acceptance sheet, of the paid part on a payment request."""

    category_code: str
    name: str
    specification: str
    unit: str
    quantity: int
    price_fen: int
    amount_fen: int
    budget_line: str
    received: int | None = None
    accepted: int | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class SignatureMark:
    """Who signed or approved what and when; `content_hash` is hexadecimal SHA-256, its first 16 figures are printed."""

    role: str
    organisation: str
    name: str
    signed_at: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class ContractTerms:
    """The numbers and names inside the articles of a contract; rates are per day, of the part that is late."""

    delivery_address: str
    receiver: str
    receiver_telephone: str
    delivery_days: int
    acceptance_working_days: int
    payment_days: int
    payment_limit_days: int
    warranty_months: int
    late_delivery_rate_bp: int
    late_delivery_ceiling_bp: int
    late_payment_rate_bp: int
    special_terms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice that a payment rests on; `amount_fen` includes the tax."""

    number: str
    kind: str
    issued_on: str
    amount_fen: int
    tax_fen: int


@dataclass(frozen=True, kw_only=True)
class BudgetShare:
    """The part of a payment that one budget line carries."""

    code: str
    name: str
    function_code: str
    economic_code: str
    fund_source: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class Particular:
    """One labelled fact, for example 收货地点: 教学楼一层."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class DocumentData:
    """All of a document. Which fields a kind needs:

    - order: `particulars` (mode of purchase, delivery, handler)
    - contract: `terms`, `order_number`
    - acceptance: `order_number`, `contract_number`, `conclusion` or `deemed_accepted`; `received`, `accepted` on lines
    - payment_request: `order_number`, `contract_number`, `acceptance_number`, `invoices`, `budget_shares`,
      `order_total_fen`, `paid_before_fen`, bank of `supplier`, `payment_due_on`

    `site_address` ("https://mall.example.gov.cn") goes before the public path in the QR code.
    `watermark` crosses every page (演示, 作废).

    Raises ValueError when the lines or shares do not add up to `total_fen`: such paper is never printed.
    """

    number: str
    region: str
    fiscal_year: int
    issued_on: str
    printed_at: str
    purchaser: Party
    supplier: Party
    lines: tuple[DocumentLine, ...]
    total_fen: int
    signatures: tuple[SignatureMark, ...]
    verification_code: str
    platform: str = "政府采购网上商城"
    site_address: str = ""
    order_number: str = ""
    contract_number: str = ""
    acceptance_number: str = ""
    particulars: tuple[Particular, ...] = ()
    notes: tuple[str, ...] = ()
    terms: ContractTerms | None = None
    conclusion: str = ""
    deemed_accepted: bool = False
    accepted_on: str = ""
    invoices: tuple[Invoice, ...] = ()
    budget_shares: tuple[BudgetShare, ...] = ()
    order_total_fen: int = 0
    paid_before_fen: int = 0
    payment_due_on: str = ""
    watermark: str = ""

    def __post_init__(self) -> None:
        lines_fen = sum(line.amount_fen for line in self.lines)
        if lines_fen != self.total_fen:
            raise ValueError(f"{self.number}: lines are {lines_fen} fen, total is {self.total_fen} fen")
        shares_fen = sum(share.amount_fen for share in self.budget_shares)
        if self.budget_shares and shares_fen != self.total_fen:
            raise ValueError(f"{self.number}: budget shares are {shares_fen} fen, total is {self.total_fen} fen")
