"""Engines compute the loss and the gradient of one batch; the loop above them is the same code."""
