"""Scans: from pixels to the same :class:`~vnadmin_extract.document.Page` as every other reader's.

:mod:`~vnadmin_extract.ocr.pages` reads many pictures, :mod:`~vnadmin_extract.ocr.reading` one, through an
:mod:`~vnadmin_extract.ocr.engine`; :mod:`~vnadmin_extract.ocr.assembly` makes the page. Importing this package
imports nothing heavy.
"""
