# Two commands are all that a newcomer needs: `make demo` and `make test`. Both install into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Tests run side by side in so many processes.
WORKERS ?= 2

.PHONY: demo test lint package audit sbom format clean

demo: $(STAMP)
	$(BIN)/hairdensity analyze sample_images --out out/demo
	$(BIN)/python benchmarks/against_truth.py out/demo sample_images/truth.csv

test: $(STAMP)
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --cov --cov-report term

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What is released: built, installed where nothing of this folder is seen, and run.
package: $(STAMP)
	rm -rf dist build/clean
	$(BIN)/python -m build --outdir dist .
	$(PYTHON) -m venv build/clean
	build/clean/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.tar.gz
	build/clean/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/*.whl
	cd build && clean/bin/python -P -m hairdensity analyze ../sample_images/frontal --out clean/out
	$(BIN)/python -c "import pathlib; assert pathlib.Path('build/clean/out/report.html').is_file()"

# Known weaknesses of what is depended on; needs the network.
audit: $(STAMP)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --no-deps --disable-pip --requirement constraints.txt

# The parts of a clean installation, for those who have to list them; needs the network.
sbom: package
	$(BIN)/python -m pip install --quiet cyclonedx-bom
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --short-PURLs \
		--output-file dist/sbom.json build/clean/bin/python

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
