"""Exchange with partners outside: signed calls and files of the treasury, what waits in suspense, reconciliation."""
