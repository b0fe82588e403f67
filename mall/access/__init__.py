"""Who may do what: one table of permissions over plain predicates, default deny."""
