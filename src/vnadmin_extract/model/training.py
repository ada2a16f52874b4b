"""Training of the point model on points with roles and spans, by spaCy's own training loop.

Same data, same seed, same versions: the same model. Two processor cores are enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnadmin_extract.model.labels import ROLES
from vnadmin_extract.model.points import Point

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A span inside a point: character offsets into the point's own text, and a label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class LabelledPoint:
    """A point with what a person says of it."""

    point: Point
    role: str
    spans: tuple[LabelledSpan, ...] = ()


def labelled_doc(vocab: Vocab, labelled: LabelledPoint) -> Doc:
    """A point as a Doc with features, role (``doc.cats``) and spans (``doc.ents``).

    Spans that overlap an earlier one, or that stand beyond what the model reads of a long point, are left out.

    Raises:
        ValueError: there is no such role.
    """
    from spacy.util import filter_spans

    from vnadmin_extract.model.docs import own_offset, point_doc, set_features

    if labelled.role not in ROLES:
        raise ValueError(f"no role {labelled.role!r}; there are {', '.join(ROLES)}")
    doc = set_features(point_doc(vocab, labelled.point))
    offset = own_offset(doc)
    spans = [
        doc.char_span(offset + s.start, offset + s.end, label=s.label, alignment_mode="expand")
        for s in labelled.spans
        if offset + s.end <= len(doc.text)
    ]
    doc.ents = filter_spans([span for span in spans if span is not None])
    doc.cats = {role: float(role == labelled.role) for role in ROLES}
    return doc


def write_points(path: Path, points: Iterable[LabelledPoint]) -> int:
    """Write points as training data (spaCy's ``DocBin``); how many there are."""
    import spacy
    from spacy.tokens import DocBin

    from vnadmin_extract.model.component import STORED

    vocab = spacy.blank(
        "vi", config={"nlp": {"tokenizer": {"@tokenizers": "vnadmin_extract.SyllableTokenizer.v1"}}}
    ).vocab
    store = DocBin(attrs=[a for a in STORED if a not in ("ORTH", "SPACY")], store_user_data=True)
    for labelled in points:
        doc = labelled_doc(vocab, labelled)
        # What the words do not say again, so that the data can be read back.
        point = labelled.point
        doc.user_data["vnadmin_point"] = {
            "kind": point.kind,
            "mark": point.mark,
            "above": list(point.above),
            "path": point.path,
        }
        store.add(doc)
    path.parent.mkdir(parents=True, exist_ok=True)
    store.to_disk(path)
    return len(store)


def train(
    train_path: Path,
    dev_path: Path,
    out: Path,
    *,
    overrides: dict[str, Any] | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Train a model and write it to a folder.

    Args:
        train_path: points to learn from, of :func:`write_points`.
        dev_path: points that say when to stop.
        out: folder for the pipeline; its files are replaced.
        overrides: settings over those of ``config.cfg`` (dotted names).
        quiet: print nothing.

    Returns:
        The pipeline's ``performance`` on the dev points.
    """
    import io
    import sys
    import tempfile

    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as spacy_train
    from spacy.util import load_config, load_model

    source = resources.files("vnadmin_extract.model") / "config.cfg"
    with resources.as_file(source) as path:
        config = load_config(
            path,
            overrides={"paths.train": str(train_path), "paths.dev": str(dev_path), **(overrides or {})},
            interpolate=False,
        )
    sink = io.StringIO()
    nlp: Language = init_nlp(config, use_gpu=-1)
    with tempfile.TemporaryDirectory() as name:
        # Only what the loop writes are the averaged weights of the best step; what it returns are those of the last.
        spacy_train(
            nlp, Path(name), stdout=sink if quiet else sys.stdout, stderr=sink if quiet else sys.stderr
        )
        nlp = load_model(Path(name) / "model-best")
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])  # where the data lay is nobody's business
    nlp.to_disk(out)
    performance: dict[str, Any] = nlp.meta.get("performance", {})
    return performance
