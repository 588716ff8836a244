"""Forms of the operations page: nothing passes them that no column of the database takes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from auto360.admin import money_forms, operations_forms
from auto360.admin.forms import FormBody

MODELS = [
    model
    for module in (operations_forms, money_forms)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, FormBody) and model is not FormBody
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_number_of_a_form_is_none_that_is_too_large_for_its_column(model: type[FormBody]) -> None:
    for name, field in model.model_fields.items():
        if "int" not in str(field.annotation):
            continue
        for number in (2**31, 2**63, 10**30):
            with pytest.raises(ValidationError) as refused:
                model.model_validate({name: str(number)})
            assert (name,) in [error["loc"] for error in refused.value.errors()], f"{name} takes {number}"
