"""Invoices, payment requests and the exchange of files with the treasury."""
