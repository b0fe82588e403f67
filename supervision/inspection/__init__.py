"""Inspection: samples drawn by a published seed, tasks for inspectors, what they saw and what they found."""
