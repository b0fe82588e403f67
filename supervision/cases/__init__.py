"""The life of a case: findings merged, its parties asked and heard, decided, put right; and holds while it is open."""
