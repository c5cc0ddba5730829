"""Measurements as ratios within one run; nothing here is asserted, and no test depends on it."""
