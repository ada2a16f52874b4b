"""Grammars that work on plain strings: numbers of documents, citations, time expressions, EDTF, numerals."""
