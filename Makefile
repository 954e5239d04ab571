# Plain POSIX make: works with GNU make and BSD make. Everything happens inside .venv.
PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

.PHONY: all demo test check fuzz soak golden model docs bench bench-quality bench-labels clean

all: test

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d: try make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/mailtriage demo

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(STAMP)
	FUZZ=$${FUZZ:-50} $(BIN)/python -m pytest tests/fuzz

soak: $(STAMP)
	SOAK=1 $(BIN)/python -m pytest tests/fleet tests/correlate tests/store/test_paths.py tests/test_baseline_noise.py tests/test_baseline_events.py

golden: $(STAMP)
	$(BIN)/python -m tests.golden

model: $(STAMP)
	$(BIN)/python -m mailtriage.service.shipped_model

docs: $(STAMP)
	$(BIN)/python -m mailtriage.service.reference

bench: $(STAMP)
	$(BIN)/python -m benchmarks

bench-quality: $(STAMP)
	$(BIN)/python -m benchmarks.quality

bench-labels: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[plots]'
	$(BIN)/python -m benchmarks.labels --plots docs

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
