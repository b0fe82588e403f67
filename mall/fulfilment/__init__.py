"""Shipments, receipts and acceptances, by line and quantity."""
