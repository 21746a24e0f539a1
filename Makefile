PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin

export HATOBA_VAR_DIR ?= $(CURDIR)/var

# What the browser is sent: from these the bundle is built, and all of it is collected with its hashes.
SOURCES := $(shell find static -type f -not -path 'static/bundle/*')
COLLECTED := $(HATOBA_VAR_DIR)/static/staticfiles.json

.PHONY: run test fairness predictions bench lighthouse lint types bundle browser clean
.DELETE_ON_ERROR:

# ---- serve ----------------------------------------------------------------------------------

# Ctrl-C reaches the workers too; one that hears it twice may not end by itself.
run: .venv/.run $(COLLECTED)
	@$(BIN)/python manage.py migrate --verbosity 0
	@echo "Hatobaを http://127.0.0.1:$(PORT)/ で公開しています。止めるときは Ctrl-C を押してください。"
	@HATOBA_LOCAL=1 exec $(BIN)/granian --interface wsgi --workers 2 --blocking-threads 4 \
		--workers-kill-timeout 1 --host 127.0.0.1 --port $(PORT) --log-level warning learn.wsgi:application

# ---- check ----------------------------------------------------------------------------------

test: .venv/.test bundle browser lint types
	$(BIN)/python -m pytest -n 2
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest -n 2 tests/web tests/browser

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check

types: .venv/.test
	$(BIN)/mypy learn

fairness: .venv/.run
	$(BIN)/python manage.py check_lessons --fairness

predictions: .venv/.run
	$(BIN)/python manage.py check_predictions

bench: .venv/.test bundle
	$(BIN)/python -m tests.bench

lighthouse: .venv/.test bundle browser tests/lighthouse/node_modules/.installed
	$(BIN)/python -m tests.lighthouse

# ---- install --------------------------------------------------------------------------------

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[build]'
	@touch $@

.venv/.test: .venv/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[build,postgres,dev]'
	@touch $@

node_modules/.installed: .venv/.run package.json package-lock.json
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	@touch $@

tests/lighthouse/node_modules/.installed: .venv/.test tests/lighthouse/package.json tests/lighthouse/package-lock.json
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/lighthouse --no-audit --no-fund --silent
	@touch $@

bundle: static/bundle/.built

static/bundle/.built: node_modules/.installed $(SOURCES)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@

$(COLLECTED): .venv/.run static/bundle/.built $(SOURCES)
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0

# Debian as root has its own Chromium; elsewhere Playwright brings one.
browser: .venv/.test
	@$(BIN)/python -m tests.install_browser

clean:
	rm -rf .venv node_modules tests/lighthouse/node_modules static/bundle build
