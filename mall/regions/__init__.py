"""The divisions of the province, their dated rules and their working days."""
