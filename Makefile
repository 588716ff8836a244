# Commands of this repository; `make help` lists them.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
STAGE ?= production
NODE = $(shell command -v node || $(VENV_PYTHON) -c "from infra.bytecode import node; print(node())")
CLIENT = clients/typescript
# A test waits for processes and deadlines a third of its time: three keep two processors busy.
TEST_PROCESSES ?= $(shell $(PYTHON) -c "import os; print(max(2, (os.cpu_count() or 1) * 3 // 2))")
MAKEFLAGS += --no-print-directory
# Without kept bytecode, which images of containers forbid, each process would compile every module that it imports.
export PYTHONDONTWRITEBYTECODE =
COMPILE = .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: push-storm help install up test check client client-types fmt lint types db-reset openapi data-model bundle plan deploy canary rollback destroy secret smoke doctor sam lint-sam fuzz bench-cold seed-big bench-feed lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## install missing tools and packages (most targets do this first)
	@$(PYTHON) local/bootstrap.py

up: install ## run the whole backend on this machine until Ctrl-C (PORT, AUTO360_DATA, DATABASE_URL, REDIS=off, WORKERS, MAX_REQUESTS, EDGE=block|count, EDGE_CACHE=on)
	@$(VENV_PYTHON) -m local up

test: install ## run the tests (ARGS="-k name" selects some; TEST_PROCESSES)
	@$(VENV_PYTHON) -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(ARGS)

check: lint lint-sam types client test ## run every check required of a commit

fmt: install ## format the code
	@$(VENV_PYTHON) -m ruff check --fix-only --quiet .
	@$(VENV_PYTHON) -m ruff format .

lint: install ## check style, import contracts and templates
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
	@$(NODE) --test --test-reporter=dot $(CLIENT)/test/client.test.mjs $(CLIENT)/test/quality.test.mjs

client-types: install ## write the client's types from docs/openapi.json and the schema
	@$(NODE) $(CLIENT)/generate.mjs
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.schema client

db-reset: install ## delete the local database, secrets and logs; the next `make up` starts from zero
	@$(VENV_PYTHON) -m local reset

openapi: install ## write docs/openapi.json from the functions' models
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra openapi

data-model: install ## draw docs/data-model.md from the schema
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.data_model

bundle: install ## build the zip of every function, with sizes and import times
	@$(VENV_PYTHON) -m infra bundle

fuzz: install ## send random requests to a temporary stack: API, operations page, webhooks, cursors (EXAMPLES, REQUESTS, SEED)
	@PYTHONPATH=.:layers/common $(VENV_PYTHON) -m tests.fuzz

plan: install ## show the changes of a deployment to Yandex Cloud (STAGE)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra plan --stage $(STAGE)

deploy: install ## deploy to Yandex Cloud; resumes an interrupted run, rolls back if unhealthy (STAGE)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra deploy --stage $(STAGE)

canary: install ## send a share of requests to new versions; SHARE=0 ends it (STAGE, SHARE in percent)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra canary --stage $(STAGE) --share $(SHARE)

rollback: install ## restore the versions before the last deployment (STAGE)
	@$(VENV_PYTHON) -m infra rollback --stage $(STAGE)

destroy: install ## delete a stage except its secrets and bundles, after a confirmation (STAGE)
	@$(VENV_PYTHON) -m infra destroy --stage $(STAGE)

secret: install ## set a secret of a stage in Lockbox, typed or piped (STAGE, NAME)
	@$(VENV_PYTHON) -m infra secret --stage $(STAGE) --name $(NAME)

smoke: install ## call a stage from outside and compare twenty answers with the expected ones (STAGE; `local` as for doctor)
	@$(VENV_PYTHON) -m infra smoke --stage $(STAGE)

doctor: install ## check configuration and credentials of every provider (STAGE; `local` is this machine's stack)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m infra doctor --stage $(STAGE)

.PHONY: edge-check
edge-check: install ## check the flood protection rules: many users behind one address must pass
	@$(VENV_PYTHON) -m infra edge

sam: install ## arrange the bundles as `sam build` does, for AWS
	@$(VENV_PYTHON) -m infra sam

lint-sam: install ## check the template with AWS's own command, in a separate environment
	@test build/sam/.installed -nt requirements/sam.txt || { $(VENV_PYTHON) -m uv venv --quiet --clear --python $(VENV_PYTHON) build/sam \
		&& $(VENV_PYTHON) -m uv pip install --quiet --python build/sam/bin/python --require-hashes -r requirements/sam.txt \
		&& touch build/sam/.installed; }
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1 build/sam/bin/sam validate --lint --template template.yaml

bench-cold: install ## measure cold starts of every HTTP function against FastAPI (ROUNDS)
	@$(VENV_PYTHON) -m benchmarks.cold_start

seed-big: install ## create half a million listings with people, messages and views (LISTINGS, PEOPLE, MESSAGES, VIEWS) in a separate database, or in DATABASE_URL
	@$(VENV_PYTHON) -m benchmarks.feed seed

bench-backup: install ## back up a database of SIZE gigabytes (1), compared with pg_dump -Fc piped into the same storage
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.backup $(ARGS)

push-storm: install ## send 20,000 pushes through faults and kills of the sender, and count by rule (PUSHES)
	@PUSH_STORM=$(or $(PUSHES),20000) $(VENV_PYTHON) -m pytest -q -s tests/integration/test_push_storm.py

.PHONY: fanout-storm
fanout-storm: install ## notify 20,000 users of a price drop and by a campaign through kills, each once (USERS)
	@FANOUT_STORM=$(or $(USERS),20000) $(VENV_PYTHON) -m pytest -q -s tests/integration/test_fanout_storm.py

.PHONY: full-size
full-size: install ## run tests at full size that `make test` runs smaller: 10,000 videos a day, 1,000 acts on pictures, 80 lives of payments, 4 markets
	@REPLICATION_VIDEOS=10000 PICTURE_ACTS=1000 PAYMENT_LIVES=80 SEARCH_MARKETS=4 $(VENV_PYTHON) -m pytest -q -s \
		tests/integration/test_video_replication_at_scale.py tests/integration/test_picture_storage.py \
		tests/integration/test_payment_states.py tests/integration/test_saved_search_property.py

.PHONY: edge-storm
edge-storm: install ## send 10,000 requests of 50 people through the simulated CDN, and compare each answer (REQUESTS)
	@EDGE_STORM=$(or $(REQUESTS),10000) $(VENV_PYTHON) -m pytest -q -s tests/e2e/test_edge_cache.py -k anothers

.PHONY: bench-requests
bench-requests: install ## measure the CPU of warm requests against the old backend and a plain FastAPI twin (ROUNDS, REQUESTS, LISTINGS, ONLY)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.requests

.PHONY: bench-memory
bench-memory: install ## measure the peak memory of every function, and of three over CALLS (20000) calls (ONLY, IMPORTS=off)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.memory

bench-feed: install ## measure every feed query on the large database, compared with the bare statement
	@$(VENV_PYTHON) -m benchmarks.feed

.PHONY: bench-matching
bench-matching: install ## match new listings with 100,000 saved searches, against running each search (SEARCHES, NEW, LISTINGS, SAMPLE)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.matching

.PHONY: bench-database
bench-database: install ## time each SQL function of requests and jobs on the large database (ARGS=writes: bloat and vacuum)
	@$(VENV_PYTHON) -m benchmarks.database $(ARGS)

.PHONY: measure-endpoints
measure-endpoints: install ## measure CPU time of each endpoint by part on the local stack, for `make capacity`
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.load.alone

.PHONY: capacity
capacity: install ## print instances, quotas, database and costs for USERS people online (RUN=file compares with a load run)
	@$(VENV_PYTHON) -m benchmarks.capacity $(ARGS)

.PHONY: load
load: install ## load-test the local stack with USERS people (1000), or staging with STAGE=staging (MIX=audit|full, SHAPES, STEP_SECONDS, SOAK_SECONDS)
	@STAGE=$(if $(filter file,$(origin STAGE)),local,$(STAGE)) PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.load

.PHONY: beacon-load
beacon-load: install ## send playback reports to a separate stack and count them exactly (ARGS="--rate 200 --seconds 60")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.beacon $(ARGS)

.PHONY: schema-dump
schema-dump: install ## print the schema of a database from zero, in an order that does not depend on the migrations
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.schema dump $(ARGS)

.PHONY: compare
compare: install ## compare schema, OpenAPI document, contract answers and list of tests (A, B: commits or saved folders)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.compare diff $(A) $(B)

.PHONY: save-outputs
save-outputs: install ## save the inputs of `make compare` (DIR)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.compare save $(or $(DIR),build/outputs)

.PHONY: sql-stubs
sql-stubs: install ## write the typed Python calls of SQL functions from the schema
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.schema stubs

.PHONY: sql-docs
sql-docs: install ## write docs/sql-functions.md from the comments of SQL functions
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.schema docs

.PHONY: migrate-videos
migrate-videos: install ## transfer videos from api.video to Yandex (ARGS="run|status|report|pause|resume|retry|verify|rollback …")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.video_transfer $(or $(ARGS),status)

.PHONY: rehearse-migration
rehearse-migration: install ## transfer 300 videos while providers fail and processes are killed, then one of 2 GB (VIDEOS, KILLS, BIG_MB)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m benchmarks.migration

.PHONY: cdn-plan
cdn-plan: install ## show differences of the CDN from tools/cdn/settings.toml
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn plan

.PHONY: cdn-apply
cdn-apply: install ## apply tools/cdn/settings.toml to the CDN
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn apply

.PHONY: cdn-purge
cdn-purge: install ## purge paths from the CDN (ARGS="/video/ID/*")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.cdn purge $(ARGS)

.PHONY: video-reports
video-reports: install ## list, add or remove webhooks of api.video (ARGS="add URL" or "remove ID")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.video_reports $(or $(ARGS),list)

.PHONY: screenshots
screenshots: install ## take the pictures of the operations page in docs/screenshots
	@PYTHONPATH=.:layers/common $(VENV_PYTHON) -m tests.support.screenshots

.PHONY: staff
staff: install ## give PHONE a ROLE on the operations page: moderator, finance, admin; user revokes it
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.staff "$(PHONE)" "$(ROLE)"

.PHONY: cost-report
cost-report: install ## print the costs of videos before, during and after the transfer to Yandex (ARGS="--csv FILE")
	@$(VENV_PYTHON) -m tools.costs $(ARGS)

backup: install ## back up the database now: daily, weekly or a restore drill (ARGS="weekly")
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup run $(ARGS)

backup-status: install ## list backup runs and stored backups
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup status

backup-verify: install ## read every database backup from the first byte to the last
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup verify $(ARGS)

restore: install ## restore after a disaster (ARGS="database --dry-run"; also table, buckets, playback, rebuild)
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.backup $(or $(ARGS),--help)

disaster-rehearsal: install ## lose a whole region on this machine, rebuild it from VK Cloud, compare every row
	@PYTHONPATH=layers/common $(VENV_PYTHON) -m tools.rehearsal

lock: install ## resolve the dependencies again, with hashes and without registry addresses
	@$(COMPILE) layers/common/requirements.in -o layers/common/requirements.txt
	@$(COMPILE) requirements/dev.in -o requirements/dev.txt
	@for extras in functions/*/requirements.in; do \
		$(COMPILE) $$extras -o $${extras%.in}.txt -c layers/common/requirements.txt -c requirements/dev.txt || exit 1; done
	@$(COMPILE) requirements/deploy.in -o requirements/deploy.txt -c requirements/dev.txt
	@$(COMPILE) requirements/sam.in -o requirements/sam.txt
	@$(COMPILE) requirements/node.in -o requirements/node.txt
	@$(COMPILE) benchmarks/requirements.in -o benchmarks/requirements.txt -c requirements/dev.txt
	@npm install --package-lock-only --silent

clean: ## delete everything that can be built again, except the local data
	@rm -rf build $(CLIENT)/build .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find functions layers local infra tools tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
