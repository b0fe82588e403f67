"""Compulsory budgeting: what a unit will buy is budgeted as procurement, and what is procurement is marked as such."""
