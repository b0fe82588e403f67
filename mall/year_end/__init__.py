"""Year end: what is still open when a budget year ends, what becomes of it, and how it enters the next year."""
