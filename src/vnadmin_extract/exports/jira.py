"""A CSV file that Jira imports as issues.

In Jira's import wizard: date format ``yyyy-MM-dd``, and the columns mapped to the fields of the same names. "External
issue ID" is the task's stable id: mapped to that field it says which issue a row is. To import again without
duplicates where the wizard only makes new issues, export the project's issues and give that file as ``--known``: the
tasks whose ids stand in it are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO, Final

import regex

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.plain import harmless
from vnadmin_extract.exports.tasks import Task, all_tasks, task_details
from vnadmin_extract.record import Record

FILE_NAME = "issues-jira.csv"
_LABELS: Final = 3
"""Columns of labels: the kind of document and the first leading units. Every row has all columns."""
COLUMNS: Final = (
    "Summary",
    "Issue Type",
    "Description",
    "Due Date",
    "External issue ID",
    *("Labels",) * _LABELS,
)
_MARKUP: Final = regex.compile(r"[\\{}\[\]*_^~|!#@]")
_IN_LABEL: Final = regex.compile(r"[\s,;\"]+")


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write one issue for each task."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig" if options.bom else "utf-8", newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for task in all_tasks(records, options.known):
        rows.writerow(
            (
                harmless(task.title),
                "Task",
                description(task, options.lang),
                task.due.isoformat() if task.due else "",
                task.id,
                *_labels(task),
            )
        )
    text.flush()
    text.detach()


def description(task: Task, lang: Language) -> str:
    """The issue's text, in Jira's wiki mark-up."""
    lines = [f"*{label}:* {_escaped(value)}" for label, value in task_details(task, lang)]
    return "\n".join([*lines, "", f"{{{{{task.mark}}}}}"])


def _labels(task: Task) -> list[str]:
    names = dict.fromkeys(_label(name) for name in (task.kind, *task.lead) if name)
    found = [name for name in names if name][:_LABELS]
    return found + [""] * (_LABELS - len(found))


def _label(name: str) -> str:
    """A name as a label, which may have no blanks."""
    return harmless(_IN_LABEL.sub("_", name).strip("_"))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
