# Two commands matter: `make reproduce` and `make test`. Each makes .venv from the lock by itself;
# after that nothing needs the network.

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
RUN := runs/reproduce
HTML := _build/html

# Chapters run again in `make test`. Cells tagged nbval-check-output must also print the same again.
NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout 300

export PATH := $(abspath $(BIN)):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help reproduce test lint book tables bench clean .venv

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

reproduce: $(STAMP) ## train, colour unseen sketches, measure, and put the numbers into the book
	$(BIN)/repro train --preset laptop --domain anime --method ours --run-dir $(RUN) $(if $(wildcard $(RUN)),--resume)
	$(BIN)/repro evaluate $(RUN)
	$(MAKE) book
	@printf '\nDone. Open:\n  %s\n  %s\nThe run and its record: %s\n' \
		"$(abspath $(HTML))/index.html" "$(abspath $(HTML))/book/results.html" "$(abspath $(RUN))"

test: book ## run every test and every chapter, over the freshly built book
	$(BIN)/python -m pytest $(NBVAL) tests notebooks

lint: $(STAMP) ## style, format, dependency directions, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/basedpyright --pythonpath $(BIN)/python

book: $(STAMP) ## build the book into _build/html, warnings as errors
	$(BIN)/python -m repro.report.book
	$(BIN)/jupyter-book build . --config _build/config.yml -W -n --keep-going

tables: ## Tables 1-6 from the run grid (in a later version)
	@echo "make tables: the run grid and the table notebooks come in a later version; nothing was run." >&2; exit 1

bench: $(STAMP) ## time the parts beside what other libraries do
	$(BIN)/repro bench

clean: ## remove what builds and tests leave behind; runs/ and .venv stay
	rm -rf _build book/generated .pytest_cache .ruff_cache .import_linter_cache
	find repro tests notebooks -name __pycache__ -prune -exec rm -rf {} +
	find notebooks -name .ipynb_checkpoints -prune -exec rm -rf {} +

.venv: $(STAMP)

# 3.11 is looked for first: it is what the lock is tested with. PYTHON=... goes before all.
$(STAMP): requirements.lock pyproject.toml
	@set -e; found=; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "repro needs Python 3.11 or newer, with its venv module (on Debian: python3-venv)." >&2; \
		echo "None was found as python3.11, python3.12, python3.13 or python3; name one: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "$$found -m venv $(VENV)"; $$found -m venv $(VENV)
	@echo "Installing the locked packages (once; some minutes, a few GB) ..."
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
