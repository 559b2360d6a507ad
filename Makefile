# Everything a newcomer or CI calls; each target sets up what it needs in .venv from the lock files.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: demo test check bench nightly lock clean

demo: .venv/.run ## the whole product with no account anywhere, in one browser page
	$(BIN)/python run.py demo

test: .venv/.dev ## every test that CI runs, on SQLite and PostgreSQL
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.suite

check: .venv/.dev ## lint and types, no tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/.bench ## speed as ratios to this machine's limits and to peers
	$(BIN)/python -m tests.bench

nightly: .venv/.nightly ## the large figures
	$(BIN)/python -m tests.suite --nightly

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Echolot needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.lock | .venv/bin/python
	@echo "Installing Echolot's packages into .venv (once, about a minute) …"
	$(PIP) -r requirements/run.lock
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	@echo "Installing the packages for the tests (once, about a minute) …"
	$(PIP) -r requirements/dev.lock
	@touch $@

# The peers of the benchmark want older versions of what we use ourselves, so they live apart.
.venv/.bench: requirements/bench.lock .venv/.dev
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@

.venv/.nightly: requirements/nightly.lock .venv/.dev
	$(PIP) -r requirements/nightly.lock
	@touch $@

lock: .venv/bin/python ## rewrite the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	cd requirements && for set in run dev bench nightly; do \
	  ../$(BIN)/uv pip compile ../pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
	    $$([ $$set = run -o $$set = bench ] || echo --group ../pyproject.toml:dev -c run.lock) $$([ $$set = run -o $$set = dev ] || echo --group ../pyproject.toml:$$set) $$([ $$set != nightly ] || echo -c dev.lock) -o $$set.lock || exit 1; done

clean:
	rm -rf .venv
