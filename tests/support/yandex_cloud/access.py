"""Access bindings of any kind of resource."""

from __future__ import annotations

from typing import Any

from yandex.cloud.access.access_pb2 import AccessBindingAction, ListAccessBindingsResponse
from yandex.cloud.operation.operation_pb2 import Operation

from tests.support.yandex_cloud.state import FakeCloud, found


class Bindings:
    """Access bindings of any kind of resource."""

    cloud: FakeCloud

    def ListAccessBindings(self, request: Any, context: Any) -> ListAccessBindingsResponse:  # noqa: N802
        self.cloud.count("Bindings.ListAccessBindings", context, type(self).__name__)
        return ListAccessBindingsResponse(access_bindings=self.cloud.bindings.get(request.resource_id, []))

    def UpdateAccessBindings(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Bindings.UpdateAccessBindings", context, type(self).__name__)
        present = self.cloud.bindings.setdefault(request.resource_id, [])
        for delta in request.access_binding_deltas:
            found(self.cloud.accounts, delta.access_binding.subject.id, context)
            if delta.action == AccessBindingAction.ADD:
                present.append(delta.access_binding)
            else:
                present.remove(delta.access_binding)
        return self.cloud.operation()
