"""The shelf of rules: one file each, found by looking."""
