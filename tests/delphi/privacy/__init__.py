"""The data-protection desk."""
