"""Changing a rule: drawn up by one regulator, tried on past orders, run in shadow, switched on by another one."""
