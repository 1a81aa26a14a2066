"""The server: a quick start, whose turn it is, and what happens when the database goes away."""
