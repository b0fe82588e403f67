"""Whether the mall is well: for the machine that watches it and for the system administrator."""
