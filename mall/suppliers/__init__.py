"""Suppliers: who may sell, and until when."""
