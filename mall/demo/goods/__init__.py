"""Goods that offices really buy: facts compiled for the demo province, and the suppliers' files made from them."""
