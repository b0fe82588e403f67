"""The record of every write and every refusal; append-only."""
