"""The addresses under /my, a module for each errand."""
