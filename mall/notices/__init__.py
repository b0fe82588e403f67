"""Notices in the application, one for every hand-over."""
