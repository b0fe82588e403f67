"""What a supplier's own system says to the mall about its goods, and what it fetches of what the mall decided."""
