"""Questions: all there are in a handbook, what they test, and how some of them are chosen."""
