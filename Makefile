# `make run` and `make test` are all the set-up there is: each makes what it needs, once.

SHELL := bash
PYTHON ?= python3
READY := .venv/.ready
KEYWORDS := _ gettext lazy mark ngettext:1,2 pgettext:1c,2

.DEFAULT_GOAL := help
.PHONY: help run setup test quick lint format readme messages bench clean test-sqlite test-postgres
.NOTPARALLEL:

help: ## Say what can be made.
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(READY) ## Run the site on this machine; the first time with the demo and its administrator's password.
	@exec .venv/bin/hcpov run

setup: $(READY) ## Make this Debian 12 the site's server, as root: asks, says what it will do, and does it.
	@exec .venv/bin/hcpov setup

test: $(READY) ## Lint, then all tests on SQLite with the browser, then on PostgreSQL and Redis.
	@$(MAKE) --keep-going --no-print-directory lint test-sqlite test-postgres

quick: $(READY) ## Test what needs no browser, no PostgreSQL, no nginx.
	@.venv/bin/pytest -n 2 -m "not browser and not front"

lint: $(READY) ## Look for what tools can see: style, types, templates, order of imports.
	@bad=0; \
	look() { printf '\n== %s ==\n' "$$1"; shift; "$$@" || bad=1; }; \
	look "Style" .venv/bin/ruff check --output-format concise; \
	look "Layout" .venv/bin/ruff format --check --output-format concise; \
	look "Types" .venv/bin/mypy; \
	look "Templates" .venv/bin/djlint --lint --quiet templates; \
	look "Order of imports" .venv/bin/lint-imports --no-logo; \
	exit $$bad

format: $(READY) ## Lay the code out, and mend what a tool can mend.
	@.venv/bin/ruff check --fix --quiet; .venv/bin/ruff format

readme: $(READY) ## Write the tables of README.md that follow the code.
	@.venv/bin/python -m tests.house.readme

messages: $(READY) ## Bring the catalogues in hcpov/translations up to what templates and Python say now.
	@mkdir -p .cache
	@.venv/bin/pybabel -q extract --mapping-file pyproject.toml --keywords "$(KEYWORDS)" --add-comments "For translators:" \
		--add-location file --sort-by-file --width 120 --project "Health Care POV" --output .cache/messages.pot .
	@.venv/bin/pybabel -q update --input-file .cache/messages.pot --output-dir hcpov/translations \
		--ignore-obsolete --ignore-pot-creation-date --no-fuzzy-matching --width 120

bench: $(READY) ## Measure what is budgeted, for some ten minutes, and write bench/RESULTS.md.
	@.ci/packages wrk nginx libnginx-mod-http-brotli-static chromium npm
	@.venv/bin/python -m bench.results

clean: ## Remove what was made, but never the instance folder.
	@rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build hcpov.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

test-sqlite: $(READY)
	@printf '\n== Tests on SQLite ==\n'
	@tests/sqlite.sh

test-postgres: $(READY)
	@printf '\n== Tests on PostgreSQL and Redis ==\n'
	@tests/postgres.sh .venv/bin/pytest -n 2 -m "not browser and not front"

$(READY): requirements.txt setup.cfg pyproject.toml
	@PYTHON="$(PYTHON)" .ci/packages python3-venv
	@echo "Installing into .venv what requirements.txt names."
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@.venv/bin/pip install -qq --disable-pip-version-check --requirement requirements.txt
	@.venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@.venv/bin/pip check --disable-pip-version-check >/dev/null
	@touch $@
