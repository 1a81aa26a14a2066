"""Sealed bundles: what a study was, in files that open without the software and can be recomputed by strangers."""
