"""Judgement over scripts and finished films: rules with a name, a place and a mend.

A film is decoded once (``measure``); what was measured is held against what was ordered
(``expectation``) by the rules of ``film``. Imports ``domain`` and ``fonts`` only.
"""
