"""Watching what units pay outside the mall: loads of payments, what each is compared with, and findings."""
