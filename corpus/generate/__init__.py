"""Making many documents out of the corpus: varied texts and looks, scans, and noisy text for training.

``python -m corpus.generate OUT`` renders the sources with their gold records; ``noise`` makes text that looks as if a
poor recogniser had read it.
"""
