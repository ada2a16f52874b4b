"""The names of roles and spans: one place for training, reading and exchange with annotation tools."""

from __future__ import annotations

from typing import Final

ROLES: Final = ("assignment", "lead-in", "basis", "report", "closing", "goal", "other")
"""What a point is. Exactly one holds; work that says how to report is an assignment."""

LEAD: Final = "LEAD"
COORDINATING: Final = "COORDINATING"
DEADLINE: Final = "DEADLINE"
CITATION: Final = "CITATION"
CHANNEL: Final = "CHANNEL"
SPANS: Final = (LEAD, COORDINATING, DEADLINE, CITATION, CHANNEL)
"""What stands in a point: who does it, with whom, until when, which document is cited, through whom to report."""
