# `make run` shows the demo city, `make test` proves the whole; everything is installed into .venv and nowhere else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install
DEMO ?= --seed 7 --companies 1200 --estates 6000 --people 40000
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/*.po)
UV := .venv-lock/bin/uv

.PHONY: help run test check wheel bench-lookup bench-import bench-coverage bench-map bench-zones bench-licensing bench-papers bench-geoexport lock \
	install install-test packages clean

help:
	@echo 'make run           the demo city in the browser (installs what is missing)'
	@echo 'make test          every test, on SQLite and PostgreSQL, with a browser'
	@echo 'make check         style, types, import contracts, templates, translations, migrations'
	@echo 'make wheel         dist/regulator-*.whl'
	@echo 'make bench-lookup  the figures of the README: the public look-up (ARGS=--small for a quick look)'
	@echo 'make bench-import  the figures of the README: a workbook of 100,000 companies'
	@echo 'make bench-coverage  the figures of the README: coverage at 1,000,000 estates (ARGS=--small for a quick look)'
	@echo 'make bench-geoexport  the layer of estates as a file: seconds and memory (ARGS=--small for a quick look)'
	@echo 'make bench-zones   the figures of the README: proposing zones for a street and a district (ARGS=--small for a quick look)'
	@echo 'make bench-licensing  the figures of the README: grades of 300,000 companies, certificates, work lists (ARGS=--small for a quick look)'
	@echo 'make bench-papers  the figures of the README: papers printed and signed (ARGS=--small for a quick look)'
	@echo 'make lock          resolve requirements/*.txt anew'

# --- installing ------------------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'missing: apt-get install python3-venv'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/run: requirements/run.txt pyproject.toml $(STAMPS)/venv
	@echo 'installing what runs (requirements/run.txt) ...'
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-build-isolation --no-deps --no-index -e .
	@touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/run
	@echo 'installing what tests (requirements/test.txt) ...'
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

$(STAMPS)/vendor: package.json package-lock.json dev/vendor.py dev/npm $(STAMPS)/run
	@echo 'installing what the browser needs (package-lock.json) ...'
	@dev/npm ci --ignore-scripts --silent
	@$(BIN)/python dev/vendor.py
	@touch $@

$(STAMPS)/translations: $(CATALOGUES) dev/translations.py $(STAMPS)/run
	@$(BIN)/python dev/translations.py compile
	@touch $@

install: $(STAMPS)/run $(STAMPS)/vendor $(STAMPS)/translations

install-test: install $(STAMPS)/test

packages:
	@dev/debian-packages

# --- the commands ----------------------------------------------------------------------------------------------------

run: install
	@BIN=$(BIN) dev/run $(DEMO)

test: packages install-test
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: install-test
	@$(BIN)/python dev/check.py

wheel: install
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

bench-lookup: install-test
	@$(BIN)/python benchmarks/lookup.py $(ARGS)

bench-import: install-test
	@$(BIN)/python benchmarks/imports.py $(ARGS)

bench-geoexport: install-test
	@$(BIN)/python benchmarks/geoexport.py $(ARGS)

bench-zones: install-test
	@$(BIN)/python benchmarks/zones.py $(ARGS)

bench-licensing: install-test
	@$(BIN)/python benchmarks/grades.py $(ARGS)
	@$(BIN)/python benchmarks/certificates.py $(filter --small,$(ARGS))
	@$(BIN)/python benchmarks/applications.py $(filter --small,$(ARGS))

bench-papers: install-test
	@$(BIN)/python benchmarks/papers.py $(ARGS)

# --- locking (the only place where uv is used) -----------------------------------------------------------------------

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --upgrade

bench-coverage: install-test
	@$(BIN)/python benchmarks/coverage.py $(ARGS)

bench-map: install-test
	@$(BIN)/python benchmarks/map.py $(ARGS)

lock:
	@test -x $(UV) || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	@$(COMPILE) pyproject.toml --extra build --output-file requirements/run.txt
	@$(COMPILE) pyproject.toml --all-extras --constraint requirements/run.txt --output-file requirements/test.txt
	@$(COMPILE) requirements/node.in --output-file requirements/node.txt

clean:
	@rm -rf dist .venv-lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache node_modules regulator/static/vendor fonts
