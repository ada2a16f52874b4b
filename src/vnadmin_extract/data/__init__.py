"""Data files that programs of this repository write (see ``models``)."""
