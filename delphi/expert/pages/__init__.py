"""One frozen dataclass for each page of the experts, and the function that builds it."""
