"""The model stage: what a point of a document is (its role), and the names and dates in it.

:mod:`~vnadmin_extract.model.points` says what the model reads, :mod:`~vnadmin_extract.model.docs` turns a point into
a spaCy ``Doc``, :mod:`~vnadmin_extract.model.reading` loads the trained pipeline that comes with the package, and
:mod:`~vnadmin_extract.model.training` trains one. How its findings and those of the rules become one record is in
:mod:`vnadmin_extract.facts.fusion`.
"""
