"""Sentences of the operations page's refusals."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "operator_required": (
        "У этого номера нет доступа. Попросите администратора выдать роль.",
        "Бул номердин кирүү укугу жок. Администратордон роль сураңыз.",
        "This number has no access. Ask an administrator for a role.",
    ),
    "operator_own_role": (
        "Свою роль изменить нельзя. Попросите другого администратора.",
        "Өз ролуңузду өзгөртө албайсыз. Башка администратордон сураныңыз.",
        "You cannot change your own role. Ask another administrator.",
    ),
    "form_foreign": (
        "Форма устарела или открыта не на этой странице. Откройте раздел заново и повторите.",
        "Форма эскирген же бул баракта ачылган эмес. Бөлүмдү кайра ачып, кайталаңыз.",
        "This form has expired or was opened elsewhere. Open the section again and repeat.",
    ),
}
