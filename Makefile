# Everything a developer needs. On a fresh machine `make demo` and `make test` do their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help setup dev test check unit lint types contracts format lock demo demo-replay soak bench campaign clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.kernels ## the command, at .venv/bin/armslength

dev: $(VENV)/.dev $(VENV)/.kernels ## the command and what the checks need

$(VENV)/.setup: pyproject.toml requirements.lock requirements-build.lock
	@uv=$$(PYTHON=$(PYTHON) scripts/bring_uv.sh) && \
	{ [ -x $(BIN)/python ] || $$uv venv -q --python $(PYTHON) $(VENV); } && \
	$$uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
	$$uv pip install -q --python $(BIN)/python --build-constraints requirements-build.lock --no-deps -e . && \
	touch $@ && echo "armslength is at $(BIN)/armslength"

$(VENV)/.dev: $(VENV)/.setup requirements-dev.lock
	@uv=$$(PYTHON=$(PYTHON) scripts/bring_uv.sh) && \
	$$uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock && touch $@

# numba does not see that a function which a compiled one calls has changed: compile anew after every change.
$(VENV)/.kernels: $(VENV)/.setup $(wildcard src/armslength/kernel/*.py) $(wildcard src/armslength/adapters/recording/*.py)
	@rm -f src/armslength/kernel/__pycache__/*.nb? src/armslength/adapters/recording/__pycache__/*.nb? && touch $@

demo: $(VENV)/.kernels ## two nodes, one sky: the whole story in a few minutes
	@rm -rf demo-out
	$(BIN)/armslength demo --out demo-out

demo-replay: $(VENV)/.kernels ## write a sky of two parties, replay it, name the report
	@rm -rf demo-replay-out
	$(BIN)/armslength scenario write euphrates --seed 1 --out demo-replay-out/sky
	$(BIN)/armslength replay demo-replay-out/sky/north.parquet demo-replay-out/sky/south.parquet \
	  --agreement demo-replay-out/sky/agreement.toml --members demo-replay-out/sky/members.toml --out demo-replay-out/replay
	@echo "Open demo-replay-out/replay/report.html in a browser."

soak: $(VENV)/.kernels ## two nodes for a day of the scenario at speed: memory stays flat (1 h 45)
	$(BIN)/python -m armslength.cli.soak

test: lint types contracts unit ## lint, types, import contracts, tests

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests scripts
	$(BIN)/ruff format --check src tests scripts

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

# Compiled before the tests: two nodes that a test starts would each wait for a compiler that works for both.
unit: $(VENV)/.dev $(VENV)/.kernels
	$(BIN)/python -c "from armslength.node.warming import warm, warm_stages; warm(); warm_stages()"
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not campaign"

format: $(VENV)/.dev ## put the code into its form
	$(BIN)/ruff check --fix-only -q src tests scripts
	$(BIN)/ruff format -q src tests scripts

bench: $(VENV)/.kernels ## the figures in the README, on this machine
	@uv=$$(PYTHON=$(PYTHON) scripts/bring_uv.sh) && \
	$$uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-bench.lock
	$(BIN)/armslength bench detect
	$(BIN)/armslength bench replay
	$(BIN)/armslength bench watch
	$(BIN)/armslength bench link

campaign: $(VENV)/.kernels ## nodes killed, lines cut, packets lost, channels failing, at full length: is anything lost?
	$(BIN)/armslength bench link
	$(BIN)/armslength bench failover --seeds 1000 --day
	$(BIN)/python -m pytest -m campaign

lock: ## compile the locks anew
	@export UV_CUSTOM_COMPILE_COMMAND='make lock'; uv=$$(PYTHON=$(PYTHON) scripts/bring_uv.sh) && c="$$uv pip compile -q --universal --generate-hashes" && \
	$$c pyproject.toml -o requirements.lock && \
	$$c pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock && \
	$$c pyproject.toml --extra bench -c requirements.lock -o requirements-bench.lock && \
	echo hatchling | $$c - -o requirements-build.lock

clean: ## take away everything that was made here
	rm -rf $(VENV) .uv demo-out demo-replay-out replay-out .mypy_cache .ruff_cache .pytest_cache .hypothesis
