"""What the unit says of the supplier when the order is done."""
