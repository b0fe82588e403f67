"""Migrations of the database: phased, with lock timeouts, the books checked before and after."""
