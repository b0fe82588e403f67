"""What the mall shows to everybody, signed in or not."""
