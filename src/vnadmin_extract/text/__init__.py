"""Vietnamese text: normalising, comparing, letter case, old encodings."""
