"""Judgement over finished material: pure rules over values, each with a name and a hint.

Imports ``domain`` only. Measuring happens where media are made; here the figures are judged.
"""
