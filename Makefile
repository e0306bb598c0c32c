# Everything one does with this repository. `make up` runs the store, `make test` tests it.
.DEFAULT_GOAL := help
.PHONY: help up test benchmark check format schema locks playground conformance clean

PYTHON ?= python3
BIN := .venv/bin

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

up: .venv/.run ## Run the whole store on this machine, with demo data
	@$(BIN)/python -m fusion up $(ARGS)

test: .venv/.dev ## Run the tests
	@$(BIN)/pytest $(ARGS)

benchmark: .venv/.dev ## Measure live subscriptions: size, latency, restarts (about 10 min)
	@$(BIN)/pytest -m benchmark -s tests/benchmarks $(ARGS)

check: .venv/.dev ## Lint, types, architecture, lock files and schema up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python infra/local/locks.py --check
	$(BIN)/python -m fusion schema --check

format: .venv/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: .venv/.run ## Write schema/ anew from the subgraphs
	$(BIN)/python -m fusion schema

locks: .venv/.dev ## Resolve the dependencies anew into the lock files
	$(BIN)/python infra/local/locks.py

playground: ## Build the playground's bundle (needs Node 20)
	cd clients/playground && npm ci && npm run build

KITS ?= ../shared/conformance
conformance: .venv/.dev ## Measure against the public kits in $(KITS)
	@$(BIN)/python -m tests.conformance --kits $(KITS)

clean: ## Remove the environment and the demo store
	rm -rf .venv .fusion

NEEDED := Python 3.11 or later is needed
OTHER := Name another: make PYTHON=python3.12 …

# One make at a time makes the environment, so `make up` may be started beside `make test`: what is
# to be made is left to a make of its own, which waits for the other and then looks again.
EXCLUSIVELY := infra/local/exclusively.py Makefile $(MAKE) --silent EXCLUSIVE=yes

ifndef EXCLUSIVE
.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "$(NEEDED), and there is no $(PYTHON). $(OTHER)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("$(NEEDED), this is %d.%d.%d. $(OTHER)" % sys.version_info[:3])'
	@$(PYTHON) $(EXCLUSIVELY) $@

.venv/.run: .venv/.made requirements.lock
	@$(BIN)/python $(EXCLUSIVELY) $@

.venv/.dev: .venv/.made requirements-dev.lock
	@$(BIN)/python $(EXCLUSIVELY) $@
else
# Touched when it is whole, as all three: what was interrupted is made again.
.venv/.made:
	@echo "Making the environment in .venv"
	@$(PYTHON) -m venv --clear .venv || { echo "$(PYTHON) -m venv failed: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/.run: .venv/.made requirements.lock
	@if test .venv/.dev -nt requirements.lock && test .venv/.dev -nt requirements-dev.lock; then :; else \
	  echo "Installing the packages of requirements.lock (about a minute, once)"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; fi
	@touch $@

.venv/.dev: .venv/.made requirements-dev.lock
	@echo "Installing the packages of requirements-dev.lock (about a minute, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endif
