"""The mall: units buy, suppliers deliver, the ledger books, everybody sees what is theirs to see."""
