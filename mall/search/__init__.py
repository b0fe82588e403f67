"""The search room knows how listings are found: words, filters, facets, suggestions, and two engines."""
