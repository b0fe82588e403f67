"""One product on a real disk for all crash drills of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.running_product import Product, product_on_disk


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with product_on_disk() as running:
        yield running
