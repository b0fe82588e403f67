"""The same application as the tests of the web use."""

from tests.mall.web.conftest import app

__all__ = ["app"]
