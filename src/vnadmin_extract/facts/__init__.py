"""Rule stages: one module for each field of the record; :mod:`vnadmin_extract.facts.registry` lists them."""
