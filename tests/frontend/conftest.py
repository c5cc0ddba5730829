"""The product and the person of ``test_product``, for the other files that drive the pages."""

from tests.frontend.test_product import address, ann, browser, film

__all__ = ["address", "ann", "browser", "film"]
