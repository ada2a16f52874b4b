"""A typesetter for Vietnamese administrative documents.

``python -m corpus.typeset`` renders every source of ``corpus/sources`` into ``corpus/samples``;
``python -m corpus.typeset --check`` validates sources, samples and gold records. It needs the development
dependencies (reportlab for PDF) and, for PDF, a Times-like font with Vietnamese glyphs. The rendered samples
are kept in the repository, so nobody needs either to read them.

The layout is that of Decree 30/2020/NĐ-CP, Appendix I, for state documents, and that of the Party's own layout
guides (36-HD/VPTW and its successor) for Party documents.
"""

from corpus.typeset.source import Source, load_source, load_sources

__all__ = ["Source", "load_source", "load_sources"]
