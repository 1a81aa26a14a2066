"""Views of the accounts, one file a subject."""

from delphi.account.views import factors, names, own, passwords, signing_in, staff  # noqa: F401
