"""What a supplier's ratings say when few have spoken: his mean, drawn towards what is usual; knows no database."""

from __future__ import annotations

#: hundredths of a mark that a supplier without ratings is taken for, and how many marks that opinion weighs
USUAL_HUNDREDTHS = 400
USUAL_WEIGHT_MARKS = 30

#: from how many hundredths of the shrunken mean on which step is reached
STEPS_FROM_HUNDREDTHS = (380, 430, 460)


def shrunken_hundredths(rating_sum: int, rating_count: int) -> int:
    """The mean mark in hundredths, as if ten usual orders stood before the supplier's own: one praise moves little."""
    marks = rating_count + USUAL_WEIGHT_MARKS
    return (rating_sum * 100 + USUAL_HUNDREDTHS * USUAL_WEIGHT_MARKS) // marks


def rating_steps(rating_sum: int, rating_count: int) -> int:
    """How well rated he is, 0 to 3; 1 for a supplier of whom nobody has said anything."""
    mean = shrunken_hundredths(rating_sum, rating_count)
    return sum(mean >= least for least in STEPS_FROM_HUNDREDTHS)
