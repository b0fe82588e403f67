"""Supervision of prices and orders; it looks from above and the mall never imports it."""
