"""Scalers over points and series, in FluCoMa's words and files."""

from __future__ import annotations

from .kinds import Normalize, RobustScale, Standardize

__all__ = ["Normalize", "RobustScale", "Standardize"]
