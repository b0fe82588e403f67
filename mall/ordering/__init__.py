"""Carts and orders: what is checked, what is frozen, which step follows which."""
