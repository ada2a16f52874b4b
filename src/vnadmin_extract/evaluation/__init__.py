"""How good records are: field by field against gold records, and run against run.

:func:`~vnadmin_extract.evaluation.outcomes.judge` compares one record with its gold and gives an
:class:`~vnadmin_extract.evaluation.outcomes.Outcome` for every fact of either; everything else counts outcomes:
:mod:`~vnadmin_extract.evaluation.scores` (precision, recall, F1 by field and by group of documents, whole records),
:mod:`~vnadmin_extract.evaluation.reliability` (are confidences honest), :mod:`~vnadmin_extract.evaluation.compare`
(facts gained and lost between two runs) and :mod:`~vnadmin_extract.evaluation.report` (an HTML page).
"""
