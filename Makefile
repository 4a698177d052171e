# `make demo` and `make test` need only Python 3.11+ and make: each sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check format calibrate docs bench clean

$(READY): pyproject.toml
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'evaligo needs Python 3.11 or newer'"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(READY)  ## a baseline, a worse prompt, a REJECT that names the items, a report
	$(BIN)/python examples/demo.py

test: $(READY)  ## every test
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: $(READY)  ## lint, types, import contracts, schemas, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows examples/workflows/*.yml src/evaligo/app/starter/github/*.yml
	$(BIN)/python docs/generate.py --check
	$(BIN)/mkdocs build --strict --quiet --site-dir build/site

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

calibrate: $(READY)  ## the full grid of simulated error rates; writes docs/calibration.md
	$(BIN)/python -m tests.calibration --write docs/calibration.md

docs: $(READY)  ## regenerate the CLI pages and the pictures
	$(BIN)/python docs/generate.py

bench: $(READY)  ## time and memory beside the closest peers
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.experiment

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
