"""The demo province: organisations, goods and six months of honest orders."""
