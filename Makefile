# The few words a person needs. Everything runs from .venv, made by `make setup`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARTICLE ?= examples/article-en.md

.DEFAULT_GOAL := help

help: ## Show these words
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.core: requirements/core.txt pyproject.toml
	@sh deploy/setup.sh "$(PYTHON)" "$(VENV)" requirements/core.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	@sh deploy/setup.sh "$(PYTHON)" "$(VENV)" requirements/dev.txt
	@touch $@

setup: $(VENV)/.core ## Install the product into .venv
dev: $(VENV)/.dev ## Install what tests and checks need, too

demo: $(VENV)/.core ## Make a film from a real article, no key needed
	@$(BIN)/video-platform create -f $(ARTICLE) --out films

up: $(VENV)/.core ## Start the Dagster UI on port 3000 and the API on port 8001
	@$(BIN)/video-platform up

cluster: $(VENV)/.dev ## Start all of it with PostgreSQL, Redis, S3 and Celery workers (CLUSTER="--workers 4")
	@$(BIN)/python deploy/local/cluster.py $(CLUSTER)

frontend: $(VENV)/.core ## Build the web pages that the API serves
	@sh deploy/frontend.sh $(BIN)/python

client: $(VENV)/.core $(VENV)/client/.made ## Generate the typed Python client of the API into build/client
	@mkdir -p build && $(BIN)/python -m api.document > build/openapi.json
	@PATH="$(CURDIR)/$(VENV)/client/bin:$$PATH" openapi-python-client generate --path build/openapi.json \
	    --config deploy/python-client.yaml --meta setup --overwrite --fail-on-warning --output-path build/client

$(VENV)/client/.made: requirements/client.txt
	@sh deploy/setup.sh "$(PYTHON)" "$(VENV)/client" requirements/client.txt
	@touch $@

test: $(VENV)/.dev ## Run the tests (all but those that take minutes each)
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not wide"

test-wide: $(VENV)/.dev ## Run the tests that take minutes: a cluster with accidents, deaths at every stage
	@$(BIN)/pytest -m wide

lint: $(VENV)/.dev ## Style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.dev ## Strict typing
	@$(BIN)/mypy

imports: $(VENV)/.dev ## Who may import whom
	@$(BIN)/lint-imports

bench: $(VENV)/.dev $(VENV)/bench/.made ## Measure the montage as ratios within one run (BENCH="--only floor,full")
	@$(BIN)/python -m benchmarks.montage $(BENCH)

$(VENV)/bench/.made: requirements/bench.txt
	@sh deploy/setup.sh "$(PYTHON)" "$(VENV)/bench" requirements/bench.txt
	@touch $@

chaos: $(VENV)/.dev ## Kill processes at random while films are bought (CHAOS="--tier ci --seed N")
	@$(BIN)/python -W ignore -m tests.chaos $(CHAOS)

audit: $(VENV)/.dev ## Look for secrets in git and for binding licences (no vulnerability database)
	@$(BIN)/pytest tests/security/test_supply.py

check: lint types imports test ## All that CI does

lock: ## Renew the locked dependency sets (needs uv)
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/core.txt
	uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/dev.txt
	uv pip compile -q pyproject.toml --extra cluster --extra traces --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/cluster.txt
	uv pip compile -q requirements/api.in -c requirements/core.txt --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/api.txt
	uv pip compile -q requirements/bench.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/bench.txt
	uv pip compile -q requirements/client.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/client.txt
	uv pip compile -q requirements/node.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/node.txt

.PHONY: help setup dev demo up cluster frontend client test test-wide lint types imports bench chaos audit check lock
