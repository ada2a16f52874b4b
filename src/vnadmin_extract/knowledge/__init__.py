"""Data that a domain expert edits: kinds of document, units, cue words, holidays, confidences. No code."""
