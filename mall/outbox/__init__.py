"""Events written in the business transaction and delivered afterwards, at least once, in order per document."""
