# `make handbook` compiles sop/ into build/; `make test` runs the tests. Both set up what they need once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: handbook test check format docs clean lock

handbook: $(VENV)/.runtime
	$(BIN)/sopbook build

test: $(VENV)/.browser $(VENV)/.office $(VENV)/.foreign
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/.dev
	$(BIN)/ruff format --check generator tests scripts bench
	$(BIN)/ruff check generator tests scripts bench
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format generator tests scripts bench
	$(BIN)/ruff check --fix generator tests scripts bench

# Regenerates what in docs/ comes from the code: the handbook of rules, and the pictures.
docs: $(VENV)/.browser
	$(BIN)/python scripts/write_rules.py
	$(BIN)/python scripts/take_pictures.py

lock: $(VENV)/.dev
	sh scripts/lock.sh

clean:
	rm -rf build

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml scripts/make_venv.sh
	sh scripts/make_venv.sh $(PYTHON) $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	touch $@

$(VENV)/.browser: $(VENV)/.dev scripts/install_browser.sh
	sh scripts/install_browser.sh
	touch $@

$(VENV)/.office: $(VENV)/.dev scripts/install_office.sh
	sh scripts/install_office.sh
	touch $@

$(VENV)/.foreign: $(VENV)/.dev scripts/install_foreign.sh requirements/foreign.txt tests/web/package-lock.json
	sh scripts/install_foreign.sh $(PYTHON) $(VENV)
	touch $@
