"""Engines that run sweeps: one file each, the same results from all."""
