"""The money: budget lines, accounts, postings and their proofs; knows no Flask and none of the other houses."""
