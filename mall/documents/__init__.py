"""Documents with a life: state tables, the one door, their history and their numbers."""
