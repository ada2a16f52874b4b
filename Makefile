# make demo    set up and run on corpus/samples        make test    set up and run the tests
# Everything is installed into .venv; system packages are optional (make system, vnadmin-extract doctor).

VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n auto
DEMO_OUT ?= out
BENCH_FILES ?= corpus/samples
CODE := src tests scripts benchmarks corpus

.PHONY: help demo test test-slow lint format typecheck bench ablation train evaluate corpus schema system clean

help:
	@echo "make demo       create the environment, extract corpus/samples into $(DEMO_OUT)/, print the deadlines"
	@echo "make test       create the environment and run the tests"
	@echo "make test-slow  the tests that take long"
	@echo "make lint       ruff, without changes; make format applies them"
	@echo "make typecheck  mypy, strict"
	@echo "make evaluate   the corpus's test split against the accepted run"
	@echo "make ablation   what rules, model and both find on the corpus's test split"
	@echo "make bench      speed of reading (BENCH_FILES), of extraction, and of runs with one and two workers"
	@echo "make train      train the shipped model from the corpus, fit fusion and calibration, print the figures"
	@echo "make corpus     compile the corpus's notes, render its samples, check everything"
	@echo "make schema     write the JSON Schema of a record anew"
	@echo "make system     optional system packages: LibreOffice for DOC, ODT and RTF files, Tesseract for scans"
	@echo "make clean      remove the environment and what was made"

# Stamps: the environment is made once, and again when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml scripts/make_env.sh
	sh scripts/make_env.sh $(VENV)
	touch $@

$(VENV)/.installed-dev: pyproject.toml scripts/make_env.sh
	sh scripts/make_env.sh $(VENV) dev
	touch $@ $(VENV)/.installed

# What scans and old office files need; never a reason to stop.
$(VENV)/.system: scripts/install_system.sh | $(VENV)/.installed
	-sh scripts/install_system.sh --if-allowed
	touch $@

demo: $(VENV)/.installed $(VENV)/.system
	$(BIN)/vnadmin-extract run corpus/samples --out $(DEMO_OUT) --lang vi

test: $(VENV)/.installed-dev $(VENV)/.system
	$(BIN)/pytest -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/.installed-dev
	$(BIN)/pytest -m slow $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

typecheck: $(VENV)/.installed-dev
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	@for name in readers extraction; do echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(BENCH_FILES) || exit 1; done
	@echo "== batch"; $(BIN)/python benchmarks/batch.py --no-ray --documents 100 --memory-documents 200 1000

ablation: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/ablation.py --split test

# Gold from the clerk's notes, the samples, and the checks that tie them to their text and parts.
corpus: $(VENV)/.installed-dev
	$(BIN)/python -m corpus.typeset.compile
	$(BIN)/python -m corpus.typeset
	$(BIN)/python -m corpus.typeset --check
	$(BIN)/python -m corpus.typeset.splits
	$(BIN)/python -m corpus.typeset.figures --write

train: $(VENV)/.installed-dev
	PYTHONHASHSEED=0 OMP_NUM_THREADS=1 $(BIN)/python -m corpus.learn
	$(MAKE) ablation

evaluate: $(VENV)/.installed-dev
	$(BIN)/python -m corpus.regression

schema: $(VENV)/.installed
	$(BIN)/python scripts/update_schema.py

system:
	sh scripts/install_system.sh

clean:
	rm -rf $(VENV) $(DEMO_OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
