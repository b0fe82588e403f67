"""What the demo province has for supervision to look at besides its orders."""
