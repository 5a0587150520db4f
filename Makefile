# Needs only python3 (3.11 or newer) and make:
#
#   make video                     a film from an example brief; TOPIC=path-or-text for another
#   make test                      all tests
#
# Both set up .venv first, from lock files with hashes. PYTHON=python3.12 selects another interpreter.

PYTHON ?= python3
TOPIC ?= topics/octopus-hearts.md
# Passed through the environment, so that quotes and dollar signs in a topic stay literal.
override TOPIC := $(value TOPIC)
export TOPIC

# Tests that depend on the Python version: files, locks, threads, processes, databases, tables, time, films.
SMOKE := $(addprefix tests/,unit/test_house.py unit/test_main.py unit/test_files.py unit/test_api.py unit/test_state_locks.py \
	unit/test_state_group_commit.py unit/test_state_index.py unit/test_orchestrator_fork_pool.py unit/test_narration_espeak_fork_server.py \
	unit/test_narration_subprocesses.py contract/test_table_sources.py integration/test_free_plan.py integration/test_cli_help.py)

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help video test smoke check format golden gallery soak bench

help:
	@echo "make video [TOPIC=path-or-text]   make a film"
	@echo "make test                         run all tests"
	@echo "make smoke                        run the tests most likely to break under another Python version"
	@echo "make check                        style, types and import contracts"
	@echo "make golden                       redraw the golden pictures of the layouts; look at them"
	@echo "make soak                         long tests: kills, failing services, campaigns, all languages"
	@echo "make gallery                      redraw docs/gallery/, pictures of every template"
	@echo "make bench                        measure the numbers in docs/performance.md"

video: .venv/runtime.stamp
	@$(BIN)/nightreel make "$$TOPIC"

# loadfile: the tests of a file run in one process, so that shared fixtures are built once.
# Bytecode is compiled first, as an installation does, because the tests start hundreds of processes, some without write
# access. pytest's rewritten bytecode of the tests is cached, too, even if the environment disables that: rewriting takes
# each process longer than everything else before its first test.
test: .venv/dev.stamp
	@$(BIN)/python -m compileall -q pipeline tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --maxprocesses 8 --max-worker-restart 0 --dist loadfile

# A minute, set-up included: for Python versions on which the whole suite runs less often.
smoke: .venv/dev.stamp
	@$(BIN)/python -m pytest -n auto --dist loadfile $(SMOKE)

check: .venv/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/dev.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

golden: .venv/dev.stamp
	@DRAW_GOLDEN=1 $(BIN)/python -m pytest -q tests/integration/test_golden_pictures.py
	@git status --short tests/golden

# -s prints the seeds. CHAOS_SEED=12345 SCENES_SEED=12345 make soak repeats the same kills and scenes.
soak: .venv/dev.stamp
	@$(BIN)/python -m compileall -q pipeline tests
	@$(BIN)/python -m pytest -m soak -s -o addopts="--strict-markers" -o faulthandler_timeout=0

gallery: .venv/runtime.stamp
	@$(BIN)/python -m docs.gallery.build

bench: .venv/dev.stamp .venv/moviepy.stamp
	@$(BIN)/python -m benchmarks.encode --moviepy $(subst .venv,.venv/moviepy,$(BIN))/python
	@$(BIN)/python -m benchmarks.campaign
	@$(BIN)/python -m benchmarks.rows
	@$(BIN)/python -m benchmarks.film
	@$(BIN)/python -m benchmarks.night --singly
	@$(BIN)/python -m benchmarks.night --services
	@$(BIN)/python -m benchmarks.batch
	@$(BIN)/python -m benchmarks.gate

# Only shell built-ins, make and python3 are used, and pip only with checked hashes.
.venv/python.stamp:
	@$(PYTHON) -c "import sys; sys.exit('nightreel needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12 video' if sys.version_info < (3, 11) else 0)"
	@$(PYTHON) -c "import ensurepip, venv" || { echo "This Python has no venv module. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(PYTHON) -c "open('$@', 'w').close()"

.venv/runtime.stamp: .venv/python.stamp requirements.lock pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(PYTHON) -c "open('$@', 'w').close()"

.venv/dev.stamp: .venv/runtime.stamp requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(PYTHON) -c "open('$@', 'w').close()"

# MoviePy, the benchmark's competitor, needs other versions of our dependencies.
.venv/moviepy.stamp: .venv/python.stamp requirements-bench.lock
	@$(PYTHON) -m venv .venv/moviepy
	@$(subst .venv,.venv/moviepy,$(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@$(PYTHON) -c "open('$@', 'w').close()"
