"""The shop: finding goods, seeing every supplier's offer, comparing; it shows and never writes."""
