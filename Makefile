# One command for each thing a person does with this repository. `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --quiet
LOCKS := .make/locks
TOOLS := .make/supply-chain
THIRD_PARTY := .make/third-party
COMPILED := .make/compiled
# The tests of what is compiled beside the core.
AROUND_THE_CORE := $(addprefix tests/cds_service/,hooks fhir observe storage trust) $(wildcard tests/cds_service/test_*.py)
# Measured as the image runs it, with the compiled core, where there is a compiler; the run says which.
BENCH = $(MAKE) --no-print-directory compiled || echo "No compiled core: the pure one is measured."; \
	PYTHONSAFEPATH=1 PYTHONPATH="$$([ -e $(COMPILED)/stamp ] && echo $(CURDIR)/$(COMPILED)):$(CURDIR)" $(RUN) -m benchmarks
PROMTOOL := .make/promtool
PIP_COMPILE := $(LOCKS)/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-options --no-config $(UPGRADE)

# Debian keeps the programs of a PostgreSQL server off the path; looked for after they are installed.
WITH_POSTGRESQL := PATH="$$PATH:$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"

# Without the variable mkdocs-material prints a notice about another major version of mkdocs.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs

.DEFAULT_GOAL := help
.PHONY: help demo test serve check fixtures bench bench-save bench-check flame-graph docs docs-serve assets screenshots deep compiled test-compiled image-check mutate-data mutate-code lock audit sbom system-packages clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/run.stamp ## start the service, post one sign-off, print the cards, stop
	@$(RUN) -m cds_service.demo

test: $(VENV)/all.stamp system-packages $(THIRD_PARTY)/stamp $(THIRD_PARTY)-npm.stamp ## run the tests; deep adds the slow ones
	@$(WITH_POSTGRESQL) $(RUN) -m pytest -q

serve: $(VENV)/run.stamp ## serve on http://127.0.0.1:8000 until stopped (PORT=8001 for another port)
	@CALCIFICATION_CDS_PROFILE=development $(VENV)/bin/calcification-cds serve --host 127.0.0.1 --port $(PORT)

check: $(VENV)/all.stamp ## style, types, import contracts, file lengths, Dockerfile
	@$(VENV)/bin/ruff check --quiet
	@$(VENV)/bin/ruff format --quiet --check
	@$(VENV)/bin/mypy --no-error-summary
	@told=$$($(VENV)/bin/lint-imports 2>&1) || { echo "$$told"; exit 1; }
	@$(VENV)/bin/hadolint Dockerfile
	@$(RUN) .ci/tidy.py
	@echo "make check: all fine"

# Each line reads what the one above it wrote.
fixtures: $(VENV)/all.stamp ## write golden answers, README picture, recorded outcomes and their pages again
	@$(RUN) -m tests.outcomes
	@$(RUN) -m tests.cards.terminology.meanings
	@$(RUN) -m tests.cards.reading.codes_read
	@$(RUN) -m tests.model_pages
	@$(RUN) -m tests.golden
	@$(RUN) -m tests.cards.writing.card_pages

bench: $(VENV)/all.stamp system-packages $(THIRD_PARTY)/stamp ## what an answer costs beside a do-nothing service and HealthChain, and whether the floors hold
	@$(BENCH)

bench-save: $(VENV)/all.stamp system-packages $(THIRD_PARTY)/stamp ## the same, kept in benchmarks/results (on a quiet machine)
	@$(BENCH) --save

bench-check: $(VENV)/all.stamp system-packages $(THIRD_PARTY)/stamp ## the same; fails when a ratio is more than 15 percent below the kept one
	@$(BENCH) --check

flame-graph: $(VENV)/all.stamp ## draw into docs/flame-graph.svg where the time of a request goes (as root: it looks into a process)
	@$(RUN) -m benchmarks.flame_graph

docs: $(VENV)/all.stamp ## write the generated reference pages again, then the site into build/site
	@$(RUN) -m tests.repository.reference
	@$(RUN) -m tests.model_pages
	@$(RUN) -m tests.conformance.table
	@$(MKDOCS) build --quiet --strict
	@echo "Written: build/site/index.html"

docs-serve: $(VENV)/all.stamp ## show the documentation on http://127.0.0.1:8001 while you write it
	@$(MKDOCS) serve --quiet --livereload --dev-addr 127.0.0.1:8001

assets: $(VENV)/run.stamp ## copy the console's style sheets and scripts out of their npm packages (needs npm)
	@npm ci --prefix assets --ignore-scripts --silent
	@$(RUN) assets/vendor.py

screenshots: $(VENV)/all.stamp system-packages ## write docs/screenshots again (needs chromium)
	@$(RUN) -m tests.browser.screenshots

deep: $(VENV)/all.stamp system-packages $(THIRD_PARTY)/stamp $(THIRD_PARTY)-npm.stamp $(PROMTOOL).stamp ## every test with thousands of examples a property, then test-compiled, mutate-data, mutate-code and image-check
	@$(WITH_POSTGRESQL) HYPOTHESIS_PROFILE=deep $(RUN) -m pytest -q -m "deep or not deep" --ignore=tests/compiled
	@$(MAKE) --no-print-directory test-compiled
	@$(RUN) -m tests.mutate_data
	@$(RUN) -m tests.mutate_tables
	@$(RUN) -m tests.mutate_code
	@$(RUN) -m tests.image

image-check: $(VENV)/all.stamp system-packages ## build the Dockerfile with buildah, start the image, call it once (needs root)
	@$(RUN) -m tests.image

compiled: $(COMPILED)/stamp ## compile core and hooks into .make/compiled: needs gcc and five minutes

test-compiled: $(COMPILED)/stamp ## the tests of core and hooks against their compiled form, and the same answers from both
	@$(RUN) -m pytest -q -o pythonpath="$(COMPILED) ." -m "deep or not deep" tests/cards tests/compiled
	@$(RUN) -m pytest -q -o pythonpath="$(COMPILED) ." $(AROUND_THE_CORE)

mutate-data: $(VENV)/all.stamp ## change each cell of the clinical tables: does a test notice? (TABLES=base_table.csv for one)
	@$(RUN) -m tests.mutate_data $(TABLES)
	@[ -n "$(TABLES)" ] || $(RUN) -m tests.mutate_tables

mutate-code: $(VENV)/all.stamp ## change the code of the core: does a test notice? (ROOMS="--all cards/history" for every change of one)
	@$(RUN) -m tests.mutate_code $(ROOMS)

lock: $(LOCKS)/stamp ## lock the dependencies of pyproject.toml again (UPGRADE=--upgrade for the newest)
	@$(PIP_COMPILE) -o requirements/run.txt pyproject.toml
	@$(PIP_COMPILE) -o requirements/build.txt --only-build-deps --all-build-deps pyproject.toml
	@$(PIP_COMPILE) -o requirements/all.txt --all-extras --all-build-deps -c requirements/run.txt -c requirements/build.txt pyproject.toml
	@$(PIP_COMPILE) -o requirements/compiled.txt -c requirements/all.txt requirements/compiled.in

audit: $(VENV)/run.stamp $(TOOLS)/stamp ## compare the locked dependencies with published advisories (needs the network)
	@$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/run.txt

sbom: $(VENV)/run.stamp $(TOOLS)/stamp ## write a CycloneDX bill of materials to build/sbom.json
	@mkdir -p build
	@$(TOOLS)/bin/cyclonedx-py requirements requirements/run.txt --output-reproducible --of JSON -o build/sbom.json

system-packages:
	@.ci/system-packages

clean: ## remove the virtual environments and what tools left behind
	@rm -rf $(VENV) .make tests/third_party/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

$(RUN):
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml | $(RUN)
	@echo "Installing what the service needs ..."
	@$(PIP) install --no-deps --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/all.stamp: requirements/all.txt $(VENV)/run.stamp
	@echo "Installing what tests and checks need ..."
	@$(PIP) install --no-deps --require-hashes -r requirements/all.txt
	@touch $@

$(COMPILED)/stamp: hatch_build.py $(shell find cards cds_service -type f -not -name '*.pyc') | $(VENV)/all.stamp system-packages
	@echo "Compiling core and hooks into $(COMPILED) ..."
	@$(RUN) hatch_build.py $(COMPILED)
	@touch $@

# The programs that others wrote (tests/third_party). Where they cannot be installed, their tests
# fail and say what is missing.
$(THIRD_PARTY)/stamp: tests/third_party/requirements.lock
	@echo "Installing the Python programs of tests/third_party ..."
	@$(PYTHON) -m venv $(THIRD_PARTY)
	@if $(THIRD_PARTY)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $<; \
	then touch $@; else rm -rf $(THIRD_PARTY); echo "Not installed. What uses them fails."; fi

$(THIRD_PARTY)-npm.stamp: tests/third_party/package-lock.json | system-packages
	@mkdir -p $(@D)
	@if ! command -v npm >/dev/null; then echo "npm is missing: what uses it fails."; \
	elif echo "Installing the npm packages of tests/third_party ..." && npm ci --silent --prefix tests/third_party; \
	then touch $@; else rm -rf tests/third_party/node_modules; echo "Not installed. What uses them fails."; fi

# Prometheus's own checker of alert rules, taken out of Debian's package: installing that would start a server.
$(PROMTOOL).stamp: | system-packages
	@mkdir -p $(PROMTOOL)
	@cd $(PROMTOOL) && get="apt-get download -qq prometheus" \
	&& if ! { $$get || { apt-get update -qq && $$get; }; } >/dev/null 2>&1 || ! dpkg -x prometheus_*.deb .; \
	then echo "promtool could not be had: what uses it fails."; else rm prometheus_*.deb && touch ../promtool.stamp; fi

$(TOOLS)/stamp:
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip --disable-pip-version-check --quiet install pip-audit==2.10.1 cyclonedx-bom==7.5.0
	@touch $@

$(LOCKS)/stamp:
	@$(PYTHON) -m venv $(LOCKS)
	@$(LOCKS)/bin/python -m pip --disable-pip-version-check --quiet install pip-tools==7.6.2
	@touch $@
