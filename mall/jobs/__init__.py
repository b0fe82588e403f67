"""Scheduled and long-running work."""
