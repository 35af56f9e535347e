# Every door of the project. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Otherwise each of the many processes of the portal and of its tests would compile the whole project again.
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8000
ONLY ?=
ARGS ?=
# Processes of the test suite: one more than two cores, as some tests wait for engines and workers to start.
WORKERS ?= 3

.PHONY: help run code test e2e lint format types bench lock clean

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# A stamp of the lock it was installed from: an interrupted or outdated install starts over.
$(VENV)/runtime.stamp: requirements.lock
	@./.make/venv $(VENV) requirements.lock
	@touch $@

$(VENV)/tests.stamp: tests/requirements.lock
	@./.make/venv $(VENV) tests/requirements.lock
	@touch $@ $(VENV)/runtime.stamp

run: $(VENV)/runtime.stamp ## Start the portal with everything it needs (PORT=8000)
	@[[ "$(PORT)" =~ ^[0-9]+$$ ]] || { echo "PORT doit être un nombre, par exemple : make run PORT=8001" >&2; exit 2; }
	@exec $(PY) manage.py up --port $(PORT) $(ARGS)

code: $(VENV)/runtime.stamp ## Print the délégation's six-digit code of the demonstration
	@$(PY) manage.py demo_code

test: $(VENV)/tests.stamp ## Run the whole test suite (ARGS="-k words")
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

e2e: $(VENV)/tests.stamp ## Run the browser journeys only; fails without a Chromium
	@REQUIRE_BROWSER=1 $(PY) -m pytest -m browser $(ARGS)

lint: $(VENV)/tests.stamp ## Linters, import contracts, Django checks, missing migrations
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djlint templates --quiet --lint
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/mypy
	@$(PY) manage.py check --settings ti_portal.settings.test

format: $(VENV)/tests.stamp ## Rewrite the code in the house format
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

bench: $(VENV)/tests.stamp ## Measure the budgets; writes var/bench.json (ONLY=name,name)
	@$(PY) -m tests.bench --only "$(ONLY)"

lock: $(VENV)/tests.stamp ## Pin every dependency again, with hashes and no index address
	@./.make/lock $(VENV)

clean: ## Remove the virtual environment; the data in var/ stays
	@rm -rf $(VENV)
