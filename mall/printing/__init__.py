"""This room knows how the four official documents of an order look on paper."""
