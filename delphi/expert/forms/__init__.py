"""The long forms of the experts: read from the request in one pass, checked, and kept for showing again."""
