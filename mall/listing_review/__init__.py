"""The review of goods before they are sold: two people, neither knowing what the other one said."""
