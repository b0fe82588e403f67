"""Asset cards that follow from acceptance."""
