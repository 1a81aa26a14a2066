"""Mails: what each says (`messages`), what it says it about (`facts`), and how it leaves (`sender`)."""
