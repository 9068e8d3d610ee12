# Two commands do everything: `make run` and `make test`. Stamp files in .venv keep what is done from being repeated.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))  # of the tests: a browser's and a server's wait much

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run index model backup restore test soak browser servers eval bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s%s\n", $$1, $$2 }'

run: $(VENV)/.installed ## install, index data/policies and serve the chat on http://127.0.0.1:7860
	@$(BIN)/python -m assistant model fetch || [ $$? -eq 1 ]  # 1: no network or no disk; the app runs without it
	@$(BIN)/python -m index build || [ $$? -eq 1 ]  # 1: a file could not be read, or another build runs; there is an index
	@$(BIN)/python app.py

index: $(VENV)/.installed ## bring the index up to date with the policies
	@$(BIN)/python -m index build

model: $(VENV)/.installed ## fetch the local chat model (1.1 GB, once)
	@$(BIN)/python -m assistant model fetch

backup: $(VENV)/.installed ## write policies, index and what readers said to FILE=backup-DATE.tar.gz
	@$(BIN)/python -m index backup "$(or $(FILE),backup-$(shell date +%Y%m%d-%H%M%S).tar.gz)"

restore: $(VENV)/.installed ## take them back from FILE=…; REPLACE=1 also where others are
	@[ -n "$(FILE)" ] || { echo "Name the backup: make restore FILE=backup-….tar.gz" >&2; exit 2; }
	@$(BIN)/python -m index restore $(if $(REPLACE),--replace) "$(FILE)"

test: $(VENV)/.installed-dev ## lint, check types and run the tests
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder  # a module's index is built once

soak: $(VENV)/.installed-dev ## kill, damage, fill and load it for an hour, and print the figures; SOAK=0.2 for a fifth
	@SOAK=$(or $(SOAK),1) $(BIN)/python -m pytest --quiet tests/soak

eval: index ## ask every evaluation case and print the score
	@$(BIN)/python -m eval run

bench: index ## measure time and memory, and print them beside their goals
	@$(BIN)/python -m eval bench

browser: ## install chromium and a Chinese font for the browser tests (Debian, Ubuntu)
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1 \
	    && fc-list :lang=zh 2>/dev/null | grep -q .; then \
	    echo "chromium and a Chinese font are here"; exit 0; \
	fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if ! command -v apt-get >/dev/null 2>&1 || { [ -n "$$sudo" ] && ! command -v sudo >/dev/null 2>&1; }; then \
	    echo "Browser tests need chromium and a Chinese font: have an administrator install them" \
	         "(Debian: apt-get install chromium fonts-noto-cjk)." >&2; exit 1; \
	fi; \
	set -x; $$sudo apt-get update && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	    chromium fontconfig fonts-noto-cjk

servers: ## install PostgreSQL's programs for the tests of shared indexes (Debian, Ubuntu)
	@if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	    echo "PostgreSQL is here"; exit 0; \
	fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if ! command -v apt-get >/dev/null 2>&1 || { [ -n "$$sudo" ] && ! command -v sudo >/dev/null 2>&1; }; then \
	    echo "Tests of shared indexes need PostgreSQL: have an administrator install it" \
	         "(Debian: apt-get install postgresql)." >&2; exit 1; \
	fi; \
	set -x; $$sudo apt-get update && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql

lock: $(VENV)/.installed ## write the lock files anew from requirements.txt and requirements-dev.txt
	$(PIP) install uv==0.13.9
	$(call compile,requirements,)
	@{ echo "# Left out: torch and what only its CUDA build needs. requirements.txt pins torch, and the Makefile"; \
	   echo "# installs it after this file, so that a registry which has the CPU build can give that one."; \
	   cat requirements.lock; } >requirements.lock.new && mv requirements.lock.new requirements.lock
	$(call compile,requirements-dev,--constraints requirements.lock)

define compile
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	    --no-emit-package torch --custom-compile-command 'make lock' $(2) $(UV_FLAGS) $(1).txt -o $(1).lock
endef

clean: ## remove the virtual environment, the index and the caches; what readers said and the audit log stay
	[ ! -d .index ] || find .index -mindepth 1 -maxdepth 1 ! -name 'feedback.sqlite*' ! -name audit -exec rm -rf {} +
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis eval/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	    echo "There is no $(PYTHON) here: install Python 3.11, 3.12 or 3.13, or name it (make run PYTHON=python3.12)." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	    echo "Python 3.11, 3.12 or 3.13 is needed and $(PYTHON) is $$("$(PYTHON)" -V 2>&1): name another (make run PYTHON=python3.12)." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: apt-get install python3-venv)." >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created requirements.txt requirements.lock requirements-pip.txt
	$(PIP) install --require-hashes -r requirements-pip.txt
	$(PIP) install --require-hashes --no-deps -r requirements.lock
	@echo "PyTorch next. PyPI's build for Linux brings several GB of CUDA; the README says how to get the CPU build."
	@grep '^torch==' requirements.txt >$(VENV)/torch.txt
	$(PIP) install -r $(VENV)/torch.txt
	@$(PIP) check
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
