# Everything that one does with this repository. `make help` lists it.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
STAGE ?= production
NODE = $(shell command -v node || $(VENV_PYTHON) -c "from infra.bytecode import node; print(node())")
CLIENT = clients/typescript
MAKEFLAGS += --no-print-directory
COMPILE = .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install up test check client client-types fmt lint types db-reset openapi bundle plan deploy canary rollback destroy secret doctor sam lint-sam fuzz bench-cold seed-big bench-feed lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## install what is missing (every other target does this first)
	@$(PYTHON) local/bootstrap.py

up: install ## run the whole backend on this machine until Ctrl-C (PORT, AUTO360_DATA, DATABASE_URL, REDIS=off, WORKERS)
	@$(VENV_PYTHON) -m local up

test: install ## run all tests (ARGS="-k name" for some)
	@$(VENV_PYTHON) -m pytest -n auto --dist loadgroup $(ARGS)

check: lint lint-sam types client test ## everything that must be clean before a commit

fmt: install ## format the code
	@$(VENV_PYTHON) -m ruff check --fix-only --quiet .
	@$(VENV_PYTHON) -m ruff format .

lint: install ## style, import contracts, templates
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m ruff check .
	@PYTHONPATH=layers/common .venv/bin/lint-imports
	@.venv/bin/cfn-lint template.yaml

types: install ## check the types
	@$(VENV_PYTHON) -m mypy

client: install ## build the typed client and test it
	@$(NODE) $(CLIENT)/generate.mjs --check
	@$(NODE) node_modules/typescript/bin/tsc -p $(CLIENT)
	@$(NODE) node_modules/typescript/bin/tsc -p $(CLIENT)/test
	@$(NODE) --test --test-reporter=dot $(CLIENT)/test/client.test.mjs

client-types: install ## write the client's types anew from docs/openapi.json
	@$(NODE) $(CLIENT)/generate.mjs

db-reset: install ## delete the local database, secrets and logs; the next `make up` begins anew
	@$(VENV_PYTHON) -m local reset

openapi: install ## write docs/openapi.json anew from the functions' models
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra openapi

bundle: install ## make the zip of every function for the cloud, with sizes and import times
	@$(VENV_PYTHON) -m infra bundle

fuzz: install ## random requests to a stack of its own: OpenAPI document, operations page, webhooks, cursors (EXAMPLES, REQUESTS, SEED)
	@PYTHONPATH=.:layers/common $(VENV_PYTHON) -m tests.fuzz

plan: install ## show what a deployment would do on Yandex Cloud (STAGE)
	@$(VENV_PYTHON) -m infra plan --stage $(STAGE)

deploy: install ## do it; a run that broke goes on, one that is not healthy goes back (STAGE)
	@$(VENV_PYTHON) -m infra deploy --stage $(STAGE)

canary: install ## lead a share of the requests to new versions; 0 ends it (STAGE, SHARE in percent)
	@$(VENV_PYTHON) -m infra canary --stage $(STAGE) --share $(SHARE)

rollback: install ## make the versions before the last deployment live again (STAGE)
	@$(VENV_PYTHON) -m infra rollback --stage $(STAGE)

destroy: install ## delete a stage except its secrets and bundles; asks before (STAGE)
	@$(VENV_PYTHON) -m infra destroy --stage $(STAGE)

secret: install ## set a secret of a stage in Lockbox, typed or piped (STAGE, NAME)
	@$(VENV_PYTHON) -m infra secret --stage $(STAGE) --name $(NAME)

doctor: install ## ask every supplier whether configuration and credentials are right (STAGE; `local` is this machine's stack)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra doctor --stage $(STAGE)

sam: install ## lay the bundles out as `sam build` does, for AWS
	@$(VENV_PYTHON) -m infra sam

lint-sam: install ## check the template with AWS's own command, in an environment of its own
	@test build/sam/.installed -nt requirements/sam.txt || { $(VENV_PYTHON) -m uv venv --quiet --clear --python $(VENV_PYTHON) build/sam \
		&& $(VENV_PYTHON) -m uv pip install --quiet --python build/sam/bin/python --require-hashes -r requirements/sam.txt \
		&& touch build/sam/.installed; }
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1 build/sam/bin/sam validate --lint --template template.yaml

bench-cold: install ## cold start of every HTTP function beside the same endpoint on FastAPI (ROUNDS)
	@$(VENV_PYTHON) -m benchmarks.cold_start

seed-big: install ## make half a million listings (LISTINGS) in a database of its own, or in DATABASE_URL
	@$(VENV_PYTHON) -m benchmarks.feed seed

bench-backup: install ## back up a database of SIZE gigabytes (1) beside pg_dump -Fc piped into the same storage
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.backup $(ARGS)

bench-feed: install ## time every query of the feed among them, beside the bare statement
	@$(VENV_PYTHON) -m benchmarks.feed

.PHONY: migrate-videos
migrate-videos: install ## move videos from api.video to Yandex (ARGS="run|status|report|pause|resume|retry|verify|rollback …")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.video_transfer $(or $(ARGS),status)

.PHONY: rehearse-migration
rehearse-migration: install ## move 300 videos while suppliers fail and processes are killed, then one of 2 GB (VIDEOS, KILLS, BIG_MB)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.migration

.PHONY: cdn-plan
cdn-plan: install ## show how the CDN's settings differ from those in tools/cdn/settings.toml
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn plan

.PHONY: cdn-apply
cdn-apply: install ## change the CDN's settings
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn apply

.PHONY: cdn-purge
cdn-purge: install ## let the CDN forget paths (ARGS="/video/ID/*")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn purge $(ARGS)

.PHONY: video-reports
video-reports: install ## where api.video reports to (ARGS="add URL" or "remove ID")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.video_reports $(or $(ARGS),list)

.PHONY: screenshots
screenshots: install ## take the pictures of the operations page in docs/screenshots anew
	@PYTHONPATH=.:layers/common $(VENV_PYTHON) -m tests.support.screenshots

.PHONY: operator
operator: install ## give PHONE a ROLE on the operations page: moderator, finance, admin, or user to take it away
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.staff "$(PHONE)" "$(ROLE)"

.PHONY: cost-report
cost-report: install ## what videos cost before and after the move to Yandex, and the move itself (ARGS="--csv FILE")
	@$(VENV_PYTHON) -m tools.costs $(ARGS)

backup: install ## back up the database now: daily, weekly or a restore drill (ARGS="weekly")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup run $(ARGS)

backup-status: install ## runs of backups, and which lie in the store
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup status

backup-verify: install ## read every database backup again, from the first byte to the last
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup verify $(ARGS)

restore: install ## restore after a disaster (ARGS="database --dry-run"; also table, buckets, playback, rebuild)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup $(or $(ARGS),--help)

disaster-rehearsal: install ## lose a whole region on this machine, rebuild it from VK Cloud, compare every row
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.rehearsal

lock: install ## resolve the dependencies anew, with hashes and without addresses of registries
	@$(COMPILE) layers/common/requirements.in -o layers/common/requirements.txt
	@$(COMPILE) requirements/dev.in -o requirements/dev.txt
	@for extras in functions/*/requirements.in; do \
		$(COMPILE) $$extras -o $${extras%.in}.txt -c layers/common/requirements.txt -c requirements/dev.txt || exit 1; done
	@$(COMPILE) requirements/deploy.in -o requirements/deploy.txt -c requirements/dev.txt
	@$(COMPILE) requirements/sam.in -o requirements/sam.txt
	@$(COMPILE) requirements/node.in -o requirements/node.txt
	@$(COMPILE) benchmarks/requirements.in -o benchmarks/requirements.txt -c requirements/dev.txt
	@npm install --package-lock-only --silent

clean: ## delete what can be made again, except the local data
	@rm -rf build $(CLIENT)/build .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find functions layers local tests benchmarks deploy -name __pycache__ -type d -prune -exec rm -rf {} +
