# A fresh machine needs only make, Python 3.11 to 3.13 and root or sudo. Every target installs what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NB ?=
PORT ?= 8000

PAGES := $(shell find chapters exercises data -name '*.ipynb' -o -name '*.md' 2>/dev/null) index.md
SITE := $(shell find _ext _static drills -type f -not -name '*.pyc' 2>/dev/null)
BOOK := _build/html/index.html

.DEFAULT_GOAL := help
.DELETE_ON_ERROR: # a build with warnings leaves pages behind: the next `make book` must not take them for the book
.PHONY: help book serve pdf test learn run format release answers configure lint clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@sh .ci/venv.sh "$(PYTHON)" $(VENV)

# Each stamp says that one set of packages is installed as the two files pin it.
$(VENV)/.book: $(BIN)/python requirements.txt pyproject.toml
	$(PIP) -c requirements.txt hatchling editables
	$(PIP) --no-build-isolation -c requirements.txt -e '.[book]'
	@touch $@

$(VENV)/.learn: $(BIN)/python requirements.txt pyproject.toml
	$(PIP) -c requirements.txt hatchling editables
	$(PIP) --no-build-isolation -c requirements.txt -e '.[learn]'
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements.txt pyproject.toml
	$(PIP) -r requirements.txt
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/.book $(VENV)/.learn

# Models and corpora that notebooks load but never download.
$(VENV)/.fetched: $(VENV)/.dev data/index.yml
	$(BIN)/python -m roadbook fetch
	@touch $@

# What the site carries, and what tests it, as package-lock.json pins them.
node_modules/.book: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || sh .ci/apt.sh nodejs npm
	npm ci --omit=dev --loglevel=error
	@touch $@

node_modules/.dev: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || sh .ci/apt.sh nodejs npm
	npm ci --loglevel=error
	@touch $@ node_modules/.book

book: $(BOOK) ## build the book to _build/html/ and print its address
	@echo "The book is at file://$(abspath $(BOOK))"

$(BOOK): $(VENV)/.book node_modules/.book _config.yml _toc.yml $(SITE) $(PAGES)
	@rm -rf _build/html # a page that is no longer made would stay, and be published
	$(BIN)/jupyter-book build . -W -n --keep-going --all --quiet

serve: book ## show the built book on http://localhost:8000 as its host would (PORT=… for another port)
	$(BIN)/python _ext/roadbook_site/serve.py _build/html $(PORT)

pdf: book $(VENV)/.dev ## the whole book as one PDF, _build/roadbook.pdf
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || sh .ci/apt.sh chromium
	$(BIN)/python _ext/roadbook_site/pdf.py _build/html _build/roadbook.pdf

test: $(VENV)/.dev $(VENV)/.fetched node_modules/.dev ## run every test: style, types, package, notebooks, assignments, book
	@sh .ci/apt.sh bubblewrap libseccomp2
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || sh .ci/apt.sh chromium
	@command -v java >/dev/null || sh .ci/apt.sh default-jre-headless
	sh .ci/test.sh $(BIN)

learn: $(VENV)/.learn ## install what a learner needs and open JupyterLab on work/
	@mkdir -p work
	$(BIN)/python -m roadbook fetch
	$(BIN)/jupyter lab --notebook-dir=work

run: $(VENV)/.fetched ## execute notebooks in place: make run NB="chapters/…/NN-slug.ipynb"
	@test -n "$(NB)" || { echo 'which notebook? make run NB=chapters/<part>/NN-slug.ipynb'; exit 2; }
	$(BIN)/python -m roadbook.notebooks run $(NB)

format: $(VENV)/.dev ## bring notebooks and Python files to their stored form
	$(BIN)/python -m roadbook.notebooks format
	$(BIN)/ruff format --quiet --exclude '*.ipynb' .

release: $(VENV)/.dev ## let nbgrader write exercises/ from solutions/ (NB=NN-slug: of one chapter)
	$(BIN)/python -m roadbook.notebooks release $(NB)

answers: $(VENV)/.fetched ## grade an assignment's grader under a hundred seeds: make answers NB=NN-slug
	ROADBOOK_SEEDS=100 $(BIN)/python -m pytest tests/assignments -n 2 -q -k "$(NB)"

configure: $(VENV)/.dev ## set the public address: make configure REPOSITORY=owner/name TAG=main
	$(BIN)/python -m roadbook.notebooks configure $(REPOSITORY) $(or $(TAG),main)

lint: $(VENV)/.dev ## style and types alone
	$(BIN)/ruff check . && $(BIN)/ruff format --check --exclude '*.ipynb' . && $(BIN)/mypy

clean: ## remove what was built, keep .venv
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache
