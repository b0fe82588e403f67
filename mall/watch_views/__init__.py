"""What the mall shows to those who watch it: the schema `watch`, one file per view.

The views hold no data. Columns are 64-bit integers and texts, never null: 0 and "" where there is nothing. Days are
counted since 1970-01-01 in Asia/Shanghai, minutes are of that day, weeks `(day + 3) / 7`. Their meaning, column by
column, is described by who reads them (`supervision/facts.py`), and a test holds both together.
"""
