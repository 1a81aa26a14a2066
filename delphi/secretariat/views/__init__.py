"""The secretariat's views, one module for each part of the work."""
