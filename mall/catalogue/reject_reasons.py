"""Why goods are rejected, in codes that can be counted; the words stand in `mall/web/names.py`."""

from __future__ import annotations

#: the first two come from the automatic checks as well
REJECT_REASONS = (
    "certificate_missing",
    "attribute_missing",
    "price_too_high",
    "price_not_explained",
    "category_wrong",
    "name_misleading",
    "brand_or_model_missing",
    "specification_wrong",
    "unit_or_pack_wrong",
    "duplicate",
    "not_for_sale_here",
    "other",
)
