"""Words and names: spaCy components that find the names of units and posts.

Everything here imports spaCy and is therefore imported lazily by the rest of the library.
"""
