"""Calls and files that carry a signature instead of a session: the text that is signed, and how it is looked at."""
