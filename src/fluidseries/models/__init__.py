"""The estimators: what they share stands in base.py, each has a file of its own."""
