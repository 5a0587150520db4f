# Two commands, on a machine that has python3 (3.11 or newer) and make:
#
#   make video                     a film from a brief that ships here; TOPIC=path-or-text for another
#   make test                      the tests, from unit to acceptance
#
# Both set up .venv by themselves, from files pinned by hash. PYTHON=python3.12 picks another interpreter.

PYTHON ?= python3
TOPIC ?= topics/octopus-hearts.md
# Handed over as it was typed, in the environment: a quote or a dollar sign in a topic is only text.
override TOPIC := $(value TOPIC)
export TOPIC

# Files, locks, threads, processes, databases, tables, time, films.
SMOKE := $(addprefix tests/,unit/test_house.py unit/test_main.py unit/test_files.py unit/test_api.py unit/test_state_locks.py \
	unit/test_state_group_commit.py unit/test_state_index.py unit/test_orchestrator_forks.py unit/test_narration_espeak_fork_server.py \
	unit/test_narration_subprocesses.py contract/test_table_sources.py integration/test_free_plan.py integration/test_cli_help.py)

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help video test smoke check format golden gallery soak bench

help:
	@echo "make video [TOPIC=path-or-text]   make a film"
	@echo "make test                         run the tests"
	@echo "make smoke                        those of them that another version of Python may break"
	@echo "make check                        style, types and the plan of the house"
	@echo "make golden                       redraw the pictures that layouts are compared with; look at them"
	@echo "make soak                         long runs: kills, bad weather, campaigns, the world"
	@echo "make gallery                      what every template looks like, in docs/gallery/"
	@echo "make bench                        the numbers in docs/performance.md"

video: .venv/runtime.stamp
	@$(BIN)/nightreel make "$$TOPIC"

# Files side by side, each from first to last: what the tests of one file share is made once.
# Compiled first, as an installation does: the tests start hundreds of processes, some where nobody may write bytecode.
# pytest compiles its tests once more, in its own way, which takes each process longer than all else before the first
# test: it keeps what comes of that even where Python is told to keep none.
test: .venv/dev.stamp
	@$(BIN)/python -m compileall -q pipeline tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --maxprocesses 8 --max-worker-restart 0 --dist loadfile

# What Python itself decides, in a minute with all that it sets up: for versions that see the whole less often.
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

# -s: seeds are printed first. CHAOS_SEED=12345 SCENES_SEED=12345 make soak draws the same kills and scenes again.
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

# MoviePy, which we are compared with, wants other versions of what we use.
.venv/moviepy.stamp: .venv/python.stamp requirements-bench.lock
	@$(PYTHON) -m venv .venv/moviepy
	@$(subst .venv,.venv/moviepy,$(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@$(PYTHON) -c "open('$@', 'w').close()"
