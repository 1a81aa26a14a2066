"""View-models of the facilitator's pages: one frozen dataclass a page."""
