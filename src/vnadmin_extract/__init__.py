"""Structured records from Vietnamese administrative documents."""
