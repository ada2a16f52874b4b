"""Assignments: who must do what, with whom (annotation rules 9 and its hard cases).

The outline is walked from the top; a heading that is a unit, or a lead-in that names one, gives its lead to the
points below. Each point is read by itself first: a unit before a colon, an order with a unit after it, a unit
that is the subject. Lines such as "Đơn vị chủ trì: …" and tables of tasks fill the same fields.

Every assignment's evidence tells the rule that found it (``rule:assignments.<rule>``): the task's own lines
first, then the heading or lead-in that names the lead (``rule:assignments.<rule>-lead``), then lines or cells
with its time (``rule:assignments.deadline-cell``).
"""

from __future__ import annotations

from typing import Final

from vnadmin_extract.facts.assignments.items import Item
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.record import Assignment, Evidence, Unit

__all__ = ["extract_assignments"]

_MOST_LEADS: Final = 60
"""Places of leads given as evidence for one assignment: no real point names so many."""


def extract_assignments(draft: Draft) -> tuple[Assignment, ...]:
    """All assignments of a document, in the order of the text.

    Args:
        draft: the layout, and where they are known the type, the issuer and the references (whose evidence
            tells which assignment cites them).
    """
    from vnadmin_extract.facts.assignments.tables import read_tables
    from vnadmin_extract.facts.assignments.walk import Walker

    items = [*Walker(draft).run(), *read_tables(draft)]
    items.sort(key=lambda item: item.spans[0])
    return tuple(_assignment(draft, item, f"a{number}") for number, item in enumerate(items, 1))


def _assignment(draft: Draft, item: Item, id: str) -> Assignment:
    from vnadmin_extract.facts.assignments.items import confidence_of

    layout = draft.layout
    evidence: list[Evidence] = []
    for start, end in item.spans:
        evidence += layout.evidence(start, end, f"rule:assignments.{item.rule}")
    for start, end in item.lead_spans[:_MOST_LEADS]:
        evidence += layout.evidence(start, end, f"rule:assignments.{item.rule}-lead")
    for start, end in item.time_spans:
        evidence += layout.evidence(start, end, "rule:assignments.deadline-cell")
    cited = [
        (min(mentions), reference.id)
        for reference in draft.references
        if (
            mentions := [
                mention.start
                for mention in reference.evidence
                for start, end in item.spans
                if start <= mention.start and mention.end <= end
            ]
        )
    ]
    references = [id for _, id in sorted(cited)]
    return Assignment(
        id=id,
        path=item.path,
        lead=tuple(Unit(name=name) for name in item.lead),
        coordinating=tuple(Unit(name=name) for name in item.coordinating),
        task=item.task(layout.text.text),
        references=tuple(references),
        evidence=tuple(evidence),
        confidence=confidence_of(item, layout),
    )
