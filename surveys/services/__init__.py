"""Verbs, one user intention each: session, actor and time in, effects out; they flush and never commit."""
