"""The loading dock: suppliers' files come in here and leave as listings, with every row accounted for."""
