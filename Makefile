# Needs python3 (3.11 or newer, with venv) and make; everything else is installed into .venv from locked requirements.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Spare options for the demo, such as: make demo ARGS="--stage plan --port 8080"
ARGS ?=
# Modules compiled once stay compiled: the tests start the program dozens of times.
unexport PYTHONDONTWRITEBYTECODE
UV_INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

ifneq ($(filter 1 true,$(CI)),)
SELECTION :=
else
# On SQLite, without a browser and what takes long; CI=true make test runs everything.
SELECTION := -m "not slow and not browser and not postgresql"
endif

TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.PHONY: install demo test check check-style check-types check-imports check-templates messages lock clean help

help:
	@echo "make demo    install, fill the demo study, serve it on http://127.0.0.1:8000"
	@echo "make install what a server needs, compiled for whoever may not write here (docs/administrator.md)"
	@echo "make test    install the test requirements, run all checks and the tests (CI=true: every test)"
	@echo "make check   only the checks: style, types, imports, templates"
	@echo "make messages  collect the sentences of code and templates into the catalogues of delphi/translations"
	@echo "make lock    resolve the requirements anew"
	@echo "make clean   remove .venv and caches (instance/ is kept)"

demo: $(VENV)/.runtime
	@$(BIN)/python -m delphi demo $(ARGS)

install: $(VENV)/.runtime
	@$(BIN)/python -m compileall -q delphi surveys analysis
	@$(BIN)/python -m delphi.catalogues

test: $(VENV)/.test check
	@# One BLAS thread each: the processes already use every core.
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist loadscope --no-loadscope-reorder $(SELECTION) $(ARGS)

# All at once, each with its words in one piece where make can do that.
check: $(VENV)/.test
	@$(MAKE) --no-print-directory --keep-going --jobs=4 $(TOGETHER) check-style check-types check-imports check-templates

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports

check-templates:
	$(BIN)/djlint templates --lint --quiet

messages: $(VENV)/.runtime
	@template=$$(mktemp) && trap 'rm -f "$$template"' EXIT && \
	$(BIN)/pybabel -q extract -F pyproject.toml --ignore-dirs=".*" -k _l -k lazy_gettext \
	  -k lazy_ngettext:1,2 -k _n:1,2 --no-location --sort-output -o "$$template" . && \
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  -i "$$template" -d delphi/translations

lock: $(VENV)/.uv
	@for name in bootstrap runtime similar test benchmarks; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	@! grep -n "://" requirements/*.txt || { echo "a locked file holds an address" >&2; exit 1; }

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Delphi needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "python3 cannot make a virtual environment: install its venv module (Debian: python3-venv)" >&2; exit 1; }

$(VENV)/.uv: requirements/bootstrap.txt | $(BIN)/python
	@echo "Installing into $(VENV), once ..." >&2
	@$(PIP_INSTALL) -r requirements/bootstrap.txt
	@touch $@

# uv is faster; pip reads settings (mirrors, certificates) that uv may not know.
$(VENV)/.runtime: requirements/runtime.txt $(VENV)/.uv
	@$(UV_INSTALL) -r requirements/runtime.txt || $(PIP_INSTALL) -r requirements/runtime.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@$(UV_INSTALL) -r requirements/test.txt || $(PIP_INSTALL) -r requirements/test.txt
	@touch $@
