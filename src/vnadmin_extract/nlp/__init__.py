"""Words and names: word lists, and the names of units and posts in a text.

``component`` and ``tokens`` hold the spaCy pipeline and import spaCy; the fact stages use ``names`` without it.
"""
