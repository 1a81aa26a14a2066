"""Reads that need joins: they return dataclasses or arrays and change nothing."""
