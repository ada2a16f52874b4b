"""The record's JSON Schema, as ``vnadmin-extract schema`` prints it and ``schema/record.schema.json`` keeps it."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from vnadmin_extract.record import SCHEMA_VERSION, Record


class _AllRequired(GenerateJsonSchema):
    """Fields with a default are required too: the output always holds them."""

    def field_is_required(self, *args: Any, **kwargs: Any) -> bool:
        return True


def record_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of ``record.model_dump(mode="json")``.

    It describes the output, so every field is required: one that the document does not have is ``null`` or an
    empty list, never absent.
    """
    schema = Record.model_json_schema(mode="serialization", schema_generator=_AllRequired)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"vnadmin-extract record, schema version {SCHEMA_VERSION}",
        **schema,
    }


def schema_text() -> str:
    """:func:`record_schema` as indented JSON with a final line break."""
    return json.dumps(record_schema(), ensure_ascii=False, indent=2) + "\n"
