"""Measurements of the product beside what it is compared with: `python -m bench`."""
