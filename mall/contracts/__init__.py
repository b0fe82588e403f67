"""Contracts and the signatures under them."""
