"""Start pages: what waits for each role, how urgent it is, and the few numbers worth knowing."""
