"""What a signed file of the treasury's exchange is good for: a statement cannot be sent as a return."""

from __future__ import annotations

BATCH_PATH, RETURN_PATH, STATEMENT_PATH = "/treasury/batches", "/treasury/returns", "/treasury/statements"
