# Two commands are all that a newcomer needs: `make demo` and `make test`. Both install into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Tests run side by side in so many processes.
WORKERS ?= 2

.PHONY: demo test lint format clean

demo: $(STAMP)
	$(BIN)/hairdensity analyze sample_images --out out/demo
	$(BIN)/python benchmarks/against_truth.py out/demo sample_images/truth.csv

test: $(STAMP)
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup --cov --cov-report term

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
