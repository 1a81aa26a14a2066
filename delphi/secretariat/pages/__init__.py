"""View-models of the secretariat's pages: one frozen dataclass a page."""
