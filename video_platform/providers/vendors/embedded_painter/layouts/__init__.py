"""One module per kind of frame; ``table`` says which function lays out which kind.

Layouts are computed left to right in the page's zones; ``Page.at`` turns them over for languages
written from right to left.
"""
