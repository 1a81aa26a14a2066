"""The views of the data-protection desk, one module for each part of the work."""
