"""A CSV file that GitLab imports as issues: ``title``, ``description``, ``due_date``.

GitLab's import knows no ids and always makes new issues. To import again without duplicates, export the project's
issues from GitLab and give that file as ``--known``: each description ends with the task's id, and tasks whose id is
there are left out. Labels are set by a quick action at the end of the description; GitLab takes those that exist.

What a document says is escaped: it must not mention people, run quick actions or show pictures.
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

FILE_NAME = "issues-gitlab.csv"
COLUMNS: Final = ("title", "description", "due_date")
_SPECIAL: Final = regex.compile(r"[\\`*_{}\[\]()#+!|<>~@$&%^\"'=:-]")
_SAFE: Final = frozenset("-:()'=%\"")
"""Of these, what Markdown gives no meaning inside a line; left as it is, so that the text stays readable."""
_IN_LABEL: Final = regex.compile(r'["~\\]')


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write one issue for each task."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig" if options.bom else "utf-8", newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for task in all_tasks(records, options.known):
        due = task.due.isoformat() if task.due else ""
        rows.writerow((harmless(task.title), description(task, options.lang), due))
    text.flush()
    text.detach()


def description(task: Task, lang: Language) -> str:
    """The issue's text, in GitLab's Markdown, with the quick action that sets the labels."""
    lines = [f"**{label}:** {_escaped(value)}  " for label, value in task_details(task, lang)]
    names = list(dict.fromkeys(name for name in (task.kind, *task.lead) if name))
    labels = " ".join(f'~"{_IN_LABEL.sub("", name)}"' for name in names)
    parts = ["\n".join(lines), f"`{task.mark}`"]
    if labels:
        parts.append(f"/label {labels}")
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: match[0] if match[0] in _SAFE else "\\" + match[0], text)
