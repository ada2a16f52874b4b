"""The network of documents: who implements, is based on, replaces … whom; and its export for other programs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape

from vnadmin_extract.catalogue.resolve import (
    Certainty,
    DocumentInfo,
    ReferenceInfo,
    Resolver,
    Work,
)

GraphFormat = Literal["mermaid", "graphml", "dot"]
CHAIN: Final = ("implements",)
"""Relations along which a document's implementation is followed."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One document does something to another."""

    source: Work
    target: Work
    relation: str
    certainty: Certainty
    stated_in: DocumentInfo
    """The document that says so: the source itself, or one that cites both."""
    own: bool
    """Whether the source says it of itself."""


@dataclass(frozen=True, slots=True)
class RelationInfo:
    """What a cited document is said to do to another one cited in the same document."""

    document_id: str
    source: int
    target: int
    relation: str


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the chain of documents that implement another."""

    depth: int
    """1 for those that implement it directly."""
    edge: Edge
    also: tuple[Work, ...] = ()
    """Further documents of the chain that it is said to implement."""


class Network:
    """Documents of the catalogue, the documents that they cite, and what they do to each other."""

    def __init__(
        self,
        documents: Iterable[DocumentInfo],
        references: Iterable[ReferenceInfo],
        relations: Iterable[RelationInfo],
    ) -> None:
        """Build the network; citations are resolved by :class:`~vnadmin_extract.catalogue.resolve.Resolver`."""
        documents, references = list(documents), list(references)
        self.resolver = Resolver(documents, references)
        by_id = {document.id: document for document in documents}
        by_place = {(r.document_id, r.ordinal): r for r in references}
        # Of several statements of one relation, the surest counts, and a document's own word before another's.
        best: dict[tuple[int, int, str], Edge] = {}

        def add(edge: Edge) -> None:
            if edge.source is edge.target:
                return
            place = (edge.source.number, edge.target.number, edge.relation)
            if place not in best or _rank(edge) < _rank(best[place]):
                best[place] = edge

        for reference in references:
            document = by_id.get(reference.document_id)
            if document is not None:
                for link in self.resolver.links(reference):
                    source = self.resolver.work_of(document.id)
                    add(Edge(source, link.work, reference.relation, link.certainty, document, True))
        for relation in relations:
            document = by_id.get(relation.document_id)
            first = by_place.get((relation.document_id, relation.source))
            second = by_place.get((relation.document_id, relation.target))
            if document is None or first is None or second is None:
                continue
            for a in self.resolver.links(first):
                for b in self.resolver.links(second):
                    certainty = max(a.certainty, b.certainty, key=_CERTAINTIES.index)
                    add(Edge(a.work, b.work, relation.relation, certainty, document, False))
        self.edges: list[Edge] = sorted(best.values(), key=_order)
        self._to: dict[int, list[Edge]] = {}
        for edge in self.edges:
            self._to.setdefault(edge.target.number, []).append(edge)

    @property
    def works(self) -> list[Work]:
        """All documents, of the catalogue and cited."""
        return self.resolver.works

    def citing(self, work: Work) -> list[Edge]:
        """What others do to a document, the surest first."""
        return self._to.get(work.number, [])

    def chain(self, work: Work, relations: Collection[str] = CHAIN) -> list[Step]:
        """The documents that implement another, and those that implement these, in the order of a tree.

        Each comes once, under the last link before it: a letter "on Plan 203, which implements Conclusion 57" is said
        to implement both and stands under the plan. Circles end by themselves.
        """
        depth: dict[int, int] = {work.number: 0}
        parent: dict[int, Edge] = {}
        for edge in self._forward(work, relations):
            below = depth[edge.target.number] + 1
            known = depth.get(edge.source.number, 0)
            if below > known or (below == known and _rank(edge) < _rank(parent[edge.source.number])):
                depth[edge.source.number] = below
                parent[edge.source.number] = edge
        also: dict[int, list[Work]] = {}
        for edge in self.edges:
            own = parent.get(edge.source.number)
            if own is not None and edge.relation in relations and edge.target.number in depth:
                others = also.setdefault(edge.source.number, [])
                if edge.target is not own.target and edge.target not in others:
                    others.append(edge.target)
        children: dict[int, list[Edge]] = {}
        for edge in parent.values():
            children.setdefault(edge.target.number, []).append(edge)
        steps: list[Step] = []
        stack = sorted(children.get(work.number, ()), key=_tree_order, reverse=True)
        while stack:
            edge = stack.pop()
            number = edge.source.number
            steps.append(Step(depth[number], edge, tuple(also.get(number, ()))))
            stack += sorted(children.get(number, ()), key=_tree_order, reverse=True)
        return steps

    def _forward(self, root: Work, relations: Collection[str]) -> Iterator[Edge]:
        """Edges of all that reaches a document, those to a document before those from it; none that closes a circle."""
        finished: list[int] = []
        state: dict[int, bool] = {root.number: True}  # True: on the way, False: done
        closing: set[tuple[int, int]] = set()
        stack: list[tuple[int, Iterator[Edge]]] = [(root.number, iter(self.citing(root)))]
        while stack:
            number, edges = stack[-1]
            for edge in edges:
                source = edge.source.number
                if edge.relation not in relations:
                    continue
                if source not in state:
                    state[source] = True
                    stack.append((source, iter(self.citing(edge.source))))
                    break
                if state[source]:
                    closing.add((source, number))
            else:
                state[number] = False
                finished.append(number)
                stack.pop()
        for number in reversed(finished):
            for edge in self._to.get(number, ()):
                if edge.relation in relations and (edge.source.number, number) not in closing:
                    yield edge

    def around(self, works: Iterable[Work]) -> set[int]:
        """Numbers of the works that lead to some works or to which they lead, along any relation."""
        incoming = self._to
        outgoing: dict[int, list[Edge]] = {}
        for edge in self.edges:
            outgoing.setdefault(edge.source.number, []).append(edge)
        found: set[int] = set()
        starts = [work.number for work in works]
        for table, other in ((incoming, _source), (outgoing, _target)):
            queue = deque(starts)
            seen = set(starts)
            while queue:
                for edge in table.get(queue.popleft(), ()):
                    number = other(edge)
                    if number not in seen:
                        seen.add(number)
                        queue.append(number)
            found |= seen
        return found


def write_graph(
    network: Network,
    form: GraphFormat,
    *,
    only: Collection[int] | None = None,
    relations: Collection[str] | None = None,
    relation_name: Callable[[str], str] = str,
) -> Iterator[str]:
    """The network as text, line by line.

    Args:
        network: documents and what they do to each other.
        form: ``mermaid`` (for Markdown), ``graphml`` (Gephi, yEd, networkx), ``dot`` (Graphviz).
        only: numbers of the works to show; all where ``None``. Works without any relation are left out.
        relations: the relations to show; all where ``None``.
        relation_name: how a relation is written on an edge (not in GraphML, which is read by programs).
    """
    edges = [
        edge
        for edge in network.edges
        if (relations is None or edge.relation in relations)
        and (only is None or (edge.source.number in only and edge.target.number in only))
    ]
    shown = {work.number: work for edge in edges for work in (edge.source, edge.target)}
    nodes = [shown[number] for number in sorted(shown)]
    match form:
        case "mermaid":
            return _mermaid(nodes, edges, relation_name)
        case "dot":
            return _dot(nodes, edges, relation_name)
        case "graphml":
            return _graphml(nodes, edges)


def _mermaid(nodes: list[Work], edges: list[Edge], relation_name: Callable[[str], str]) -> Iterator[str]:
    yield "graph BT"
    for work in nodes:
        label = "<br/>".join(_for_mermaid(part) for part in _label(work))
        # Documents that the catalogue has are boxes, those that are only cited are rounded.
        yield f'    n{work.number}["{label}"]' if work.here else f'    n{work.number}(["{label}"])'
    for edge in edges:
        arrow = "-->" if edge.certainty != "ambiguous" else "-.->"
        yield f"    n{edge.source.number} {arrow}|{_for_mermaid(relation_name(edge.relation))}| n{edge.target.number}"


def _dot(nodes: list[Work], edges: list[Edge], relation_name: Callable[[str], str]) -> Iterator[str]:
    yield "digraph documents {"
    yield "    rankdir=BT;"
    yield "    node [shape=box];"
    for work in nodes:
        style = "" if work.here else ", style=dashed"
        label = "\\n".join(_for_dot(part) for part in _label(work))
        yield f'    n{work.number} [label="{label}"{style}];'
    for edge in edges:
        style = ", style=dotted" if edge.certainty == "ambiguous" else ""
        label = _for_dot(relation_name(edge.relation))
        yield f'    n{edge.source.number} -> n{edge.target.number} [label="{label}"{style}];'
    yield "}"


_NODE_KEYS: Final = ("name", "type", "code", "issuer", "issued", "title", "files")


def _graphml(nodes: list[Work], edges: list[Edge]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for key in _NODE_KEYS:
        yield f'  <key id="{key}" for="node" attr.name="{key}" attr.type="string"/>'
    yield '  <key id="here" for="node" attr.name="here" attr.type="boolean"/>'
    for key in ("relation", "certainty", "stated_in"):
        yield f'  <key id="{key}" for="edge" attr.name="{key}" attr.type="string"/>'
    yield '  <graph id="documents" edgedefault="directed">'
    for work in nodes:
        files = "\n".join(document.file for document in work.documents) or None
        values = (work.name, work.type, work.code, work.issuer, work.issued, work.title, files)
        yield f'    <node id="n{work.number}">'
        for key, value in zip(_NODE_KEYS, values, strict=True):
            if value:
                yield f'      <data key="{key}">{_for_xml(value)}</data>'
        yield f'      <data key="here">{"true" if work.here else "false"}</data>'
        yield "    </node>"
    for number, edge in enumerate(edges):
        ends = f'source="n{edge.source.number}" target="n{edge.target.number}"'
        yield f'    <edge id="e{number}" {ends}>'
        yield f'      <data key="relation">{_for_xml(edge.relation)}</data>'
        yield f'      <data key="certainty">{edge.certainty}</data>'
        yield f'      <data key="stated_in">{_for_xml(edge.stated_in.file)}</data>'
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"


_LABEL_LENGTH: Final = 80


def _label(work: Work) -> list[str]:
    name = work.name if len(work.name) <= _LABEL_LENGTH else work.name[: _LABEL_LENGTH - 1].rstrip() + "…"
    about = ", ".join(part for part in (work.issuer, work.issued) if part)
    return [name, about] if about else [name]


def _for_mermaid(text: str) -> str:
    # Mermaid reads HTML in labels, and "#" begins its own entities.
    text = " ".join(text.split())
    return (
        text.replace("#", "#35;")
        .replace("&", "#amp;")
        .replace('"', "#quot;")
        .replace("<", "#lt;")
        .replace(">", "#gt;")
        .replace("|", "#124;")
    )


def _for_dot(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


_CONTROL: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))
"""Characters that XML 1.0 does not allow."""


def _for_xml(text: str) -> str:
    return escape(text.translate(_CONTROL))


_CERTAINTIES: Final[tuple[Certainty, ...]] = ("sure", "likely", "ambiguous")


def _rank(edge: Edge) -> tuple[int, bool, str]:
    return _CERTAINTIES.index(edge.certainty), not edge.own, edge.stated_in.file


def _order(edge: Edge) -> tuple[int, int, str]:
    return edge.target.number, edge.source.number, edge.relation


def _tree_order(edge: Edge) -> tuple[str, str, int]:
    return edge.source.issued or "9999", edge.source.name, edge.source.number


def _source(edge: Edge) -> int:
    return edge.source.number


def _target(edge: Edge) -> int:
    return edge.target.number
