"""Authored sample documents, their gold records, and the typesetter that renders them."""
