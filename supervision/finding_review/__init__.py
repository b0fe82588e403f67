"""Looking at findings: the list, one finding with all that it was made of, and what people say of it."""
