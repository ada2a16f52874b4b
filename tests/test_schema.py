"""The JSON Schema that users validate against: committed, and changed only on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from record_examples import full_record, minimal_record
from vnadmin_extract.record import Record
from vnadmin_extract.schema import record_schema, schema_text

COMMITTED = Path(__file__).parents[1] / "schema" / "record.schema.json"


def test_committed_schema_is_current() -> None:
    message = "the record changed: run `python scripts/update_schema.py` and read the difference"
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), message


@pytest.mark.parametrize("record", [full_record(), minimal_record()], ids=["full", "minimal"])
def test_records_are_valid_and_come_back_whole(record: Record) -> None:
    data = json.loads(record.model_dump_json())
    jsonschema.validate(data, record_schema())
    assert Record.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "Công văn"),  # a fact is an object, not its value
        (("deadlines", 0, "kind"), "someday"),
        (("code", "confidence"), 1.5),
        (("unknown",), 1),
    ],
)
def test_schema_refuses_what_is_no_record(path: tuple[str | int, ...], value: object) -> None:
    data = json.loads(full_record().model_dump_json())
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, record_schema())


def test_every_field_must_be_there() -> None:
    data = json.loads(minimal_record().model_dump_json())
    del data["signer"]
    with pytest.raises(jsonschema.ValidationError, match="'signer' is a required property"):
        jsonschema.validate(data, record_schema())
