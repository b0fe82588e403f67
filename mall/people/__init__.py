"""Organisations, the people in them, their posts and how they sign in."""
