"""Credit of suppliers and units: every point with its deed, grades, and what a grade changes."""
