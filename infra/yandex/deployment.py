"""Plan, deployment, canary, rollback and deletion of a stage.

A plan and a deployment have the same phases; the plan only reads. A phase is computed after the former one is done,
so that it has the ids of its resources. Nothing is stored between runs: an interrupted run leaves the cloud in
some state, and the next one computes the missing steps from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from infra.stage import Stage
from infra.yandex import access_steps, entry_steps, function_steps, prune_steps, start_secrets
from infra.yandex.cloud import Cloud, CloudError
from infra.yandex.current_state import Actual
from infra.yandex.entry_steps import Entry
from infra.yandex.gateway import CANARY
from infra.yandex.health import Unhealthy
from infra.yandex.queues import Queues
from infra.yandex.step import Step
from infra.yandex.storage import Storage

# The cloud accepts fifteen operations of a folder at once.
_AT_ONCE = 8
Phase = Callable[[Actual], Iterable[Step]]
Report = Callable[[str], None]


class DeploymentFailed(Exception):
    """Deployment stopped; the message has the step and the state of the stage."""


@dataclass(frozen=True)
class Deployment:
    """Deployment of one stage to one cloud. `is_healthy` is called after the switch; it raises Unhealthy."""

    cloud: Cloud
    storage: Storage
    queues: Queues
    stage: Stage
    entry: Entry
    report: Report
    is_healthy: Callable[[str], object]

    def plan(self) -> list[Step]:
        """Return every step that a deployment would take now."""
        actual = Actual(self.cloud, self.stage)
        return [step for phase in (*self._preparation(), *self._entry(), self._leftovers) for step in phase(actual)]

    def deploy(self) -> int:
        """Take every step and return their number. Raises DeploymentFailed after switching back."""
        done = self._run(self._preparation())
        switched: list[Step] = []
        try:
            done += self._run(self._entry(), into=switched)
            self._check_health()
        except (CloudError, Unhealthy) as error:
            self._go_back(switched)
            raise DeploymentFailed(f"{error} The previous versions are live again; the new ones are kept.") from error
        return done + self._run([self._leftovers])

    def start_canary(self, share: int) -> int:
        """Let `share` percent of the requests go to the new versions; 0 ends it. Changes nothing else."""
        done = self._run(self._preparation()) if share else 0
        entry = Entry(self.entry.wanted, self.entry.project, self.entry.document, canary=share)
        wanted = self.entry.wanted

        def tags(actual: Actual) -> Iterable[Step]:
            return function_steps.switch_steps(wanted, actual, tag=CANARY)

        phases: list[Phase] = [tags] if share else []
        return done + self._run([*phases, lambda actual: entry_steps.gateway_steps(entry, actual)])

    def roll_back(self) -> int:
        """Restore the versions that were live before the last deployment."""
        return self._run([function_steps.rollback_steps])

    def destroy(self) -> int:
        """Delete everything of the stage except secrets and bundles."""
        return self._run([lambda actual: prune_steps.destroy_steps(self.entry.wanted, actual, self.queues)])

    def _preparation(self) -> list[Phase]:
        """Return the phases without an effect on callers."""
        wanted, storage, queues = self.entry.wanted, self.storage, self.queues
        return [
            lambda actual: access_steps.account_steps(wanted, actual),
            lambda actual: function_steps.function_steps(wanted, actual),
            lambda actual: entry_steps.store_steps(wanted, actual, queues),
            lambda actual: start_secrets.start_secret_steps(wanted, actual),
            lambda actual: access_steps.access_steps(wanted, actual),
            lambda actual: function_steps.version_steps(wanted, actual, storage),
        ]

    def _entry(self) -> list[Phase]:
        """Return the phases with an effect on callers."""
        wanted, queues = self.entry.wanted, self.queues
        return [
            lambda actual: function_steps.switch_steps(wanted, actual),
            lambda actual: function_steps.scaling_steps(wanted, actual),
            lambda actual: entry_steps.gateway_steps(self.entry, actual),
            lambda actual: entry_steps.domain_steps(wanted, actual),
            lambda actual: entry_steps.trigger_steps(wanted, actual, queues),
        ]

    def _leftovers(self, actual: Actual) -> Iterable[Step]:
        wanted = self.entry.wanted
        return [*prune_steps.leftover_steps(wanted, actual), *access_steps.surplus_steps(wanted, actual)]

    def _run(self, phases: Sequence[Phase], *, into: list[Step] | None = None) -> int:
        """Run phase after phase; the first error stops it. `into` collects the completed steps."""
        done = [] if into is None else into
        before = len(done)
        for phase in phases:
            steps = list(phase(Actual(self.cloud, self.stage)))
            # Versions take half a minute each and are independent; all else is quick.
            at_once = _AT_ONCE if all(step.kind == "version" for step in steps) else 1
            for start in range(0, len(steps), at_once):
                self._run_together(steps[start : start + at_once], done)
        return len(done) - before

    def _run_together(self, steps: Sequence[Step], done: list[Step]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            running = [(step, pool.submit(step.run)) for step in steps]
        for step, future in running:
            if future.exception() is None:
                done.append(step)
                self.report(f"  {step}")
        for _, future in running:
            future.result()

    def _check_health(self) -> None:
        """Check through the gateway's own address: the stage's domain may not point there yet."""
        gateway = Actual(self.cloud, self.stage).gateways[self.entry.wanted.gateway]
        self.is_healthy(f"https://{gateway.domain}")
        self.report("  healthy")

    def _go_back(self, switched: Sequence[Step]) -> None:
        for step in reversed(switched):
            if step.undo is not None:
                step.undo()
                self.report(f"  back: {step}")
