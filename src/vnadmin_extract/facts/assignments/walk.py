"""The walk over the outline: what a point does not say itself it takes from above it (domain rule 5.6, 5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import regex

from vnadmin_extract.facts.assignments.items import Item, Span, add_names
from vnadmin_extract.facts.assignments.reading import PointReader, Reading, names_in, starts_with_verb, tidy
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout.model import Node, NodeKind, Zone
from vnadmin_extract.nlp.lexicon import load
from vnadmin_extract.nlp.names import Name
from vnadmin_extract.text.fold import fold, strip_marks

_MARKED: Final = frozenset(
    {NodeKind.NUMBER, NodeKind.POINT, NodeKind.DASH, NodeKind.PLUS, NodeKind.LETTER_UPPER}
)
_TITLES: Final = frozenset(
    {
        NodeKind.PART,
        NodeKind.CHAPTER,
        NodeKind.SECTION,
        NodeKind.ROMAN,
        NodeKind.APPENDIX,
        NodeKind.LETTER_UPPER,
    }
)
_DASHES: Final = frozenset({NodeKind.DASH, NodeKind.PLUS})
_TITLE_LENGTH: Final = 160
_DEEPEST: Final = 40
_LOOK: Final = 12  # points after a lead-in that tell what it announces

_AMOUNT: Final = regex.compile(r":\s*\d[\d.,]*\s*(?:đồng|đ|%|người|điểm)\b")
"""A rate or a sum for somebody, not work: "Tổ trưởng: 200.000 đồng/người/tháng"."""
_FOOTNOTE: Final = regex.compile(r"\[?\d{1,2}\]?\s+\p{Lu}")

Section = Literal["", "descriptive", "directive"]


@dataclass(frozen=True, slots=True)
class Context:
    """What the points below or after inherit."""

    lead: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    rule: str = ""
    section: Section = ""


@dataclass(slots=True)
class _Task:
    """A point that is or may become an assignment."""

    node: Node
    item: Item | None
    text: Span
    reading: Reading
    lined: bool = False
    extra: list[Span] = field(default_factory=list)


class Walker:
    """Walks one document's outline."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text = draft.text
        kinds = load("assignment_cues.toml")["kind"]
        name = draft.type.name if draft.type else ""
        self.reports = name in kinds["reports"]
        self.inviting = name in kinds["inviting"]
        self.normative = name in kinds["normative"]
        self.points = PointReader(draft.issuer.name if draft.issuer else "")
        cues = load("assignment_cues.toml")
        self._sections: list[tuple[Section, tuple[str, ...]]] = [
            ("directive", tuple(strip_marks(fold(w)) for w in cues["section_directive"]["words"])),
            ("descriptive", tuple(strip_marks(fold(w)) for w in cues["section_descriptive"]["words"])),
        ]
        self.items: list[Item] = []
        self._readings: dict[int, Reading] = {}
        self._titles: dict[str, Section] = {}
        self._place = 0
        """Place of the node that is being read among its parent's children."""
        self._headed: Context | None = None
        """A heading that nothing hangs below: its text may stand as the next unmarked paragraph."""

    def run(self) -> list[Item]:
        """All assignments outside tables."""
        self._children(self.draft.layout.outline, Context(), 0)
        return self.items

    # -- one list of siblings --------------------------------------------------------------------------------

    def _own(self, node: Node) -> str:
        return self.text[node.body_start : node.end]

    def _read(self, node: Node) -> Reading:
        """The reading of a point, made once."""
        reading = self._readings.get(id(node))
        if reading is None:
            reading = self._readings[id(node)] = self.points.read(self._own(node))
        return reading

    def _children(self, parent: Node, context: Context, depth: int) -> list[_Task]:
        """Read the children of a node in order. Returns the points among them."""
        if depth > _DEEPEST:
            return []
        current = context
        tasks: list[_Task] = []
        for place, child in enumerate(parent.children):
            self._place = place
            if child.kind is NodeKind.ROW or (child.block is not None and child.block.cell is not None):
                continue
            if child.block is not None and child.block.zone not in (Zone.BODY, Zone.APPENDIX):
                continue
            if child.kind is NodeKind.APPENDIX:
                self._children(child, Context(), depth + 1)
                continue
            if child.kind in _TITLES:
                current = self._title(child, context, current, depth)
                continue
            reading = self._read(child)
            if reading.kind == "line":
                task = tasks[-1] if tasks and self._line_belongs(tasks[-1], child) else None
                if task is None and parent.kind not in _TITLES and parent.kind is not NodeKind.ROOT:
                    task = _Task(parent, None, (parent.body_start, parent.end), Reading("plain"))
                    task.extra = [(n.body_start, n.end) for n in parent.children if n.end <= child.start]
                    tasks.insert(0, task)
                if task is not None:
                    self._fill(task, child, reading, current)
                continue
            current = self._child(child, reading, parent, context, current, tasks, depth)
        self._share(tasks)
        return tasks

    def _title(self, node: Node, context: Context, current: Context, depth: int) -> Context:
        """A title of a part: units in it pass on; "TỔ CHỨC THỰC HIỆN" says that orders follow."""
        own = self._own(node)
        reading = self._read(node) if len(own) < 600 else Reading("plain")
        section = self._section(own) or context.section
        lead: Context = replace(current, section=section)
        if node.kind is not NodeKind.LETTER_UPPER and current.rule != "lead-in":
            lead = Context(section=section)
        if reading.kind == "heading" and len(own) <= _TITLE_LENGTH and self._is_unit_heading(reading, own):
            lead = self._context(reading, node, section, "heading")
        elif reading.kind in {"own", "lead-in"} and reading.lead and len(own) > 60:
            tasks: list[_Task] = []
            return self._child(node, reading, node.parent or node, context, current, tasks, depth)
        self._children(node, lead, depth + 1)
        return current

    def _child(
        self,
        node: Node,
        reading: Reading,
        parent: Node,
        context: Context,
        current: Context,
        tasks: list[_Task],
        depth: int,
    ) -> Context:
        """Read one point and what hangs below it. Returns what the points after it inherit."""
        own = self._own(node)
        kids = [c for c in node.children if c.kind is not NodeKind.ROW]
        headed, self._headed = self._headed, None
        if (
            headed is not None
            and node.kind is NodeKind.PARAGRAPH
            and reading.kind == "plain"
            and reading.verb_first
        ):
            current = headed
        section = self._section(own) if kids and len(own) < _TITLE_LENGTH else ""
        below = replace(current, section=section or current.section)
        if reading.kind == "none":
            self._children(node, below, depth + 1)
            return current
        if reading.kind == "heading":
            titled = node.block is not None and node.block.caps and node.kind is NodeKind.PARAGRAPH
            if node.kind in _DASHES and not kids and own.rstrip().endswith(":"):
                return self._context(reading, node, current.section, "heading")
            if not titled and not kids and node.kind in _MARKED:
                self._headed = self._context(reading, node, current.section, "lead-in")
            if (
                titled
                or not self._is_unit_heading(reading, own)
                or (not kids and node.kind is not NodeKind.PARAGRAPH)
            ):
                self._children(node, below, depth + 1)
                return current
            inherited = self._context(reading, node, current.section, "heading")
            if kids:
                self._children(node, inherited, depth + 1)
                return current
            return inherited
        if reading.kind == "lead-in":
            if not reading.lead:
                # "Các hoạt động chính:" heads points; "… có ý kiến như sau:" ends what stood before.
                if node.kind is NodeKind.PARAGRAPH and not kids:
                    return (
                        current
                        if current.rule == "heading" and reading.verb_first
                        else (
                            current
                            if parent.kind in _MARKED or parent.kind is NodeKind.ARTICLE
                            else Context(section=current.section)
                        )
                    )
                task = self._task(node, reading, parent, current)
                self._below(task, node, below, depth, heading=True)
                tasks.append(task)
                return current
            if reading.upward:
                self._children(node, below, depth + 1)
                return Context(section=current.section)
            loose = node.kind is NodeKind.PARAGRAPH and parent.kind not in _MARKED
            if reading.rule != "order" and not kids and self._lists_things(parent, node):
                return Context(section=current.section)
            if not reading.bound and (loose or self.normative):
                self._children(node, below, depth + 1)
                return Context(section=current.section)
            works = [r.verb_first or r.kind in {"own", "heading", "line"} for r in map(self._read, kids)]
            if kids and sum(works) * 2 < len(works):
                task = self._task(node, reading, parent, current)
                tasks.append(task)
                if task.item is not None:
                    task.item.spans += [(n.body_start, n.end) for k in kids for n in k.walk()]
                    self.items.append(task.item)
                return current
            inherited = self._context(reading, node, current.section, "lead-in", with_coordinating=True)
            if kids:
                self._children(node, inherited, depth + 1)
                return inherited if node.kind is NodeKind.PARAGRAPH else current
            return inherited
        if reading.pieces:
            node, reading = self._apart(node, reading, parent, current, tasks)
        task = self._task(node, reading, parent, current)
        tasks.append(task)
        if reading.lead and task.item is not None:
            below = replace(
                below,
                lead=tuple(task.item.lead),
                coordinating=(),
                spans=tuple(task.item.lead_spans),
                rule="heading",
            )
        self._below(task, node, below, depth, heading=False)
        if (
            task.item is not None
            and reading.rule == "order"
            and node.kind is NodeKind.PARAGRAPH
            and not current.lead
        ):
            # "Báo cáo gửi về Sở A trước ngày …" after an order goes on with it.
            return replace(
                current,
                lead=(),
                spans=tuple(task.item.lead_spans),
                rule="continued:" + "\n".join(task.item.lead),
            )
        return current

    def _apart(
        self, node: Node, reading: Reading, parent: Node, current: Context, tasks: list[_Task]
    ) -> tuple[Node, Reading]:
        """Work for several units in one text. All parts but the last become assignments; returns the last.

        A first part that gives nobody work ("Kinh phí: từ ngân sách; Sở A hướng dẫn …") stays with the next.
        """
        own = self._own(node)
        pieces = list(reading.pieces)
        made: list[_Task] = []
        begin = pieces[0][0]
        for number, (_, end) in enumerate(pieces):
            last = number == len(pieces) - 1
            if last and not made and reading.lead:
                return node, reading
            part = replace(
                node,
                body_start=node.body_start + begin,
                end=node.body_start + end,
                children=node.children if last else [],
            )
            said = self.points.read(own[begin:end])
            if last and not made:
                # Whatever stands before: the whole text is the work of the only unit that it names.
                said.lead = [replace(n, start=n.start + begin, end=n.end + begin) for n in said.lead]
                said.late = said.late or begin > 0
                return node, said
            if last:
                tasks += made
                self.items += [task.item for task in made if task.item is not None]
                return part, said
            task = self._task(part, said, parent, current)
            if task.item is None:
                if not made:
                    begin = end  # told, not ordered
                continue
            made.append(task)
            begin = end
        return node, reading

    def _below(self, task: _Task, node: Node, below: Context, depth: int, *, heading: bool) -> None:
        """The children of a point: work of their own, or more words of the point."""
        kids = [c for c in node.children if c.kind is not NodeKind.ROW]
        if not kids:
            if task.item is not None:
                self.items.append(task.item)
            return
        readings = [(kid, self._read(kid)) for kid in kids]
        lines = [r for _, r in readings if r.kind == "line"]
        if (
            lines
            and any(r.line == "lead" for r in lines)
            and not any(
                kid.kind in _MARKED and other.kind == "line" and kid.kind is not lines_kind
                for kid, other in readings
                for lines_kind in (next(k.kind for k, r in readings if r.kind == "line"),)
            )
            and self._lines_own(readings)
        ):
            self._lined(task, node, readings, below, depth)
            return
        works = [
            (kid.kind not in _DASHES and kid.kind is not NodeKind.PARAGRAPH)
            or r.verb_first
            or r.kind in {"own", "heading", "line"}
            or bool(r.lead)
            for kid, r in readings
        ]
        if task.item is not None and not any(works):
            task.item.spans += [(kid.body_start, kid.end) for kid in kids]
            self.items.append(task.item)
            return
        ends_open = self._own(node).rstrip().endswith(":") or (
            len(self._own(node)) < _TITLE_LENGTH
            and not (self._own(node).rstrip().endswith((".", ";", "./.")))
        )
        if task.item is not None and not (heading or ends_open):
            self.items.append(task.item)
        elif task.item is not None:
            task.item = None
        self._children(node, below, depth + 1)

    @staticmethod
    def _lines_own(readings: list[tuple[Node, Reading]]) -> bool:
        """Whether lines of fields belong to the parent: none of their siblings is marked more strongly."""
        line = next(kid for kid, r in readings if r.kind == "line")
        before = [kid for kid, r in readings if r.kind != "line" and kid.start < line.start]
        return all(kid.kind is line.kind or kid.kind is NodeKind.PARAGRAPH for kid in before)

    def _lined(
        self, task: _Task, node: Node, readings: list[tuple[Node, Reading]], below: Context, depth: int
    ) -> None:
        """A point with lines "Đơn vị chủ trì: …" below it."""
        own = self._own(node).rstrip()
        rest = [kid for kid, r in readings if r.kind != "line"]
        text: list[Span] = [(node.body_start, node.end)]
        if (
            not own.endswith((".", ";"))
            and any(k.kind is NodeKind.PARAGRAPH for k in rest)
            and len(own) < _TITLE_LENGTH
        ):
            text = []
        item = Item(node.path, "line", text)
        separate: list[Node] = []
        for kid, reading in readings:
            if reading.kind == "line":
                self._apply(item, kid, reading)
            elif (
                (reading.kind == "own" and reading.lead)
                or kid.kind is NodeKind.NUMBER
                or self._shared_work(kid, reading)
            ):
                separate.append(kid)
            else:
                item.spans += [(n.start if n.kind in _DASHES else n.body_start, n.end) for n in kid.walk()]
        if not item.spans:
            item.spans = [(node.body_start, node.end)]
        reading = task.reading
        add_names(item.coordinating, tidy(reading.coordinating))
        item.coordinating.sort(key=lambda n: n not in tidy(reading.coordinating))
        self.items.append(item)
        task.item, task.lined = item, True
        inherited = Context(tuple(item.lead), (), tuple(item.lead_spans), "line", below.section)
        for kid in separate:
            reading = next(r for k, r in readings if k is kid)
            child = self._task(kid, reading, node, inherited)
            child.node = kid
            self._below(child, kid, inherited, depth + 1, heading=False)
            if child.item is not None:
                child.item.time_spans += [s for s in item.time_spans if s not in child.item.time_spans]

    @staticmethod
    def _shared_work(kid: Node, reading: Reading) -> bool:
        """A dash under a lined point that names those to work with is work of its own."""
        return kid.kind in _DASHES and reading.kind == "plain" and reading.begins_together

    # -- lines -----------------------------------------------------------------------------------------------

    @staticmethod
    def _line_belongs(task: _Task, line: Node) -> bool:
        """Lines hang on the point before them unless they are siblings of its own kind of list."""
        return task.node.kind is not line.kind or task.node.kind is NodeKind.PARAGRAPH

    def _fill(self, task: _Task, node: Node, reading: Reading, context: Context) -> None:
        if task.item is None:
            if reading.line != "lead" and not any(f == "lead" for f, _, _ in reading.lines):
                if task.reading.line != "time":
                    task.extra.append((node.body_start, node.end))
                return
            item = Item(task.node.path, "line", [task.text])
            add_names(item.coordinating, tidy(task.reading.coordinating))
            task.item = item
            self.items.append(item)
        if task.item.rule not in {"line"} and reading.line == "lead" and not task.lined:
            task.item.lead, task.item.lead_spans, task.item.rule = [], [], "line"
        task.lined = True
        self._apply(task.item, node, reading)

    def _apply(self, item: Item, node: Node, reading: Reading, offset: int | None = None) -> None:
        """Put the values of a line into an assignment."""
        base = node.body_start if offset is None else offset
        for name, start, end in reading.lines:
            value = self.text[base + start : base + end]
            span = _tight(self.text, base + start, base + end)
            if span is None:
                continue
            if name == "time":
                item.time_spans.append(span)
            elif name == "lead":
                add_names(item.lead, list(names_in(value)))
                item.lead_spans.append(span)
            else:
                add_names(item.coordinating, list(names_in(value)))

    def _share(self, tasks: list[_Task]) -> None:
        """Lines under the last of several points without a lead hold for all of them."""
        if len(tasks) < 2 or not tasks[-1].lined or tasks[-1].item is None:
            return
        last = tasks[-1].item
        if any(t.lined or t.item is not None for t in tasks[:-1]):
            return
        parent = tasks[-1].node.parent
        if parent is not None and parent.kind is NodeKind.NUMBER and tasks[-1].node.mark.startswith("("):
            whole = Item(parent.path, "line", [(parent.body_start, parent.end)])
            whole.lead, whole.lead_spans = list(last.lead), list(last.lead_spans)
            whole.coordinating, whole.time_spans = list(last.coordinating), list(last.time_spans)
            self.items.append(whole)
        for task in tasks[:-1]:
            if task.node.kind is not tasks[-1].node.kind or task.node.children or not task.reading.verb_first:
                continue
            item = Item(task.node.path, "line", [task.text])
            item.lead, item.lead_spans = list(last.lead), list(last.lead_spans)
            item.time_spans = list(last.time_spans)
            add_names(item.coordinating, tidy(task.reading.coordinating))
            add_names(item.coordinating, last.coordinating)
            task.item, task.lined = item, True
            self.items.append(item)

    # -- one point -------------------------------------------------------------------------------------------

    def _task(self, node: Node, reading: Reading, parent: Node, context: Context) -> _Task:
        """A point with its assignment, if it is one."""
        end = node.end if reading.task_end is None else node.body_start + reading.task_end
        span = _tight(self.text, node.body_start + reading.task_start, end) or (node.body_start, node.end)
        task = _Task(node, None, span, reading)
        item = Item(node.path, reading.rule or "heading", [span])
        own_lead = any(name == "lead" for name, _, _ in reading.lines)
        if own_lead:
            item.rule = "line"
            self._apply(item, node, reading)
        elif (
            reading.lead
            and not (reading.late and context.lead)
            and (self._holds(node, reading, parent, context) or not context.lead)
        ):
            if not self._holds(node, reading, parent, context):
                return task
            item.lead = tidy(reading.lead)
            item.lead_spans = [(node.body_start + n.start, node.body_start + n.end) for n in reading.lead]
            if reading.lines:
                self._apply(item, node, reading)
        elif context.lead and not reading.upward:
            if not self._inherits(node, reading, context):
                return task
            item.lead, item.lead_spans = list(context.lead), list(context.spans)
            item.rule = context.rule if context.rule in {"heading", "lead-in", "line"} else "heading"
            add_names(item.coordinating, list(context.coordinating))
        elif context.rule.startswith("continued:") and reading.rule == "continued":
            item.lead, item.lead_spans = (
                context.rule.removeprefix("continued:").split("\n"),
                list(context.spans),
            )
            item.rule = "continued"
        else:
            return task
        if not item.lead:
            return task
        first = list(item.coordinating)
        item.coordinating = []
        add_names(item.coordinating, tidy(reading.coordinating))
        add_names(item.coordinating, first)
        task.item = item
        return task

    def _holds(self, node: Node, reading: Reading, parent: Node, context: Context) -> bool:
        """Whether a point that names a unit gives it work."""
        if self.normative and reading.rule == "order" and not self._from_issuer(reading):
            return False
        if reading.upward or (node.kind is NodeKind.PARAGRAPH and _FOOTNOTE.match(self._own(node))):
            return False
        section = self._section_of(node) or context.section
        if self.reports and section == "directive" and node.kind in _DASHES and not reading.late:
            return True  # "Nhiệm vụ trọng tâm: … Chánh án đã phân công: - Văn phòng rà soát …"
        if self.reports and not (self.inviting and section == "directive" and node.kind in _MARKED):
            return reading.rule == "order" and (section == "directive" or self.inviting)
        if reading.rule in {"order", "unit-colon", "article"}:
            return True
        if self.normative or any(above.kind is NodeKind.CHAPTER for above in node.ancestors()):
            return reading.strong and reading.rule == "duty"
        if reading.rule == "paper":
            return not context.lead
        if node.kind in _MARKED and section != "descriptive":
            return True
        if section == "directive" or context.lead:
            return True
        if fold(tidy(reading.lead)[0]).startswith(("đồng chí ", "đ/c ", "ông ", "bà ")):
            return True
        return reading.strong or self._timed(node)

    def _from_issuer(self, reading: Reading) -> bool:
        """In rules for everybody an order that another body may give is a step of a procedure."""
        return not reading.giver or self.points.speaks(reading.giver)

    def _lists_things(self, parent: Node, node: Node) -> bool:
        """Whether the points after a lead-in name things, people or matters, not work: "gồm: - Đại diện …"."""
        things = points = 0
        for kid in parent.children[self._place + 1 : self._place + 1 + _LOOK]:
            if kid.kind not in _MARKED or kid.kind is node.kind:
                break
            reading = self._read(kid)
            points += 1
            things += bool(reading.thing) or (reading.kind == "heading" and not kid.children)
        return points > 1 and things * 2 > points

    def _inherits(self, node: Node, reading: Reading, context: Context) -> bool:
        """Whether a point without a unit of its own is work of the unit above it."""
        if reading.thing == "nominal" or _AMOUNT.search(self._own(node)[:120]):
            return False
        if node.kind in _MARKED or node.kind is NodeKind.ARTICLE:
            return True
        if node.label.startswith("closing") and not (reading.verb_first or reading.rule == "continued"):
            return False  # "Sở mong nhận được sự phối hợp", "Chỉ thị này thay thế …"
        opening = fold(self._own(node)[:60])
        if opening[:1].isdigit() or opening.startswith(
            ("[", "trên đây", "trong quá trình", "nơi nhận", "(", "nội dung", "ghi chú")
        ):
            return False
        if node.parent is not None and node.parent.kind is NodeKind.ROOT and context.rule != "lead-in":
            return reading.verb_first
        if not any(c.islower() for c in self._own(node)) or len(self._own(node)) < 25:
            return False
        return reading.verb_first or (context.rule in {"lead-in", "heading"} and len(self._own(node)) > 60)

    def _timed(self, node: Node) -> bool:
        text = fold(self._own(node))
        return any(
            w in text
            for w in (
                "trước ngày",
                "chậm nhất",
                "hạn chót",
                "gửi về",
                "trước tháng",
                "định kỳ",
                "báo cáo kết quả",
                "phản ánh",
                "liên hệ",
            )
        )

    def _is_unit_heading(self, reading: Reading, own: str) -> bool:
        return len(own) < 400

    def _context(
        self, reading: Reading, node: Node, section: Section, rule: str, *, with_coordinating: bool = False
    ) -> Context:
        spans = tuple((node.body_start + n.start, node.body_start + n.end) for n in reading.lead)
        coordinating: list[Name] = reading.coordinating if with_coordinating else []
        return Context(tuple(tidy(reading.lead)), tuple(tidy(coordinating)), spans, rule, section)

    # -- sections --------------------------------------------------------------------------------------------

    def _section(self, title: str) -> Section:
        """What a heading says about the points below it."""
        if len(title) > 300:
            return ""
        if title not in self._titles:
            self._titles[title] = self._section_named(title[:120])
        return self._titles[title]

    def _section_named(self, title: str) -> Section:
        key = strip_marks(fold(title)).strip()
        for section, words in self._sections:
            if any(word in key for word in words) and not (
                # "Hoàn thiện quy trình số hóa hồ sơ" is work, whatever it is about.
                section == "descriptive" and not key.startswith(words) and starts_with_verb(title)
            ):
                return section
        return ""

    def _section_of(self, node: Node) -> Section:
        for above in node.ancestors():
            own = self._own(above)
            if len(own) < _TITLE_LENGTH and (section := self._section(own)):
                return section
        return ""


def is_amount(text: str) -> bool:
    """Whether a point gives a rate or a sum to somebody."""
    return _AMOUNT.search(text[:120]) is not None


def _tight(text: str, start: int, end: int) -> Span | None:
    """A span without blanks and list signs at its ends; ``None`` where nothing is left."""
    while start < end and text[start] in " \n\t-–:;,":
        start += 1
    while end > start and text[end - 1] in " \n\t;-–":
        end -= 1
    return (start, end) if end > start else None


__all__ = ["Context", "Walker", "is_amount"]
