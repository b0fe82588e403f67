"""Official categories, products (what it is) and listings (who sells it at what price)."""
