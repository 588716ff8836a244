"""Optional e-mail address of an account: proof by code or link, removal, undoing a change (docs/decisions/0143)."""

from dataclasses import dataclass

from pydantic import Field

from auto360.core.errors import Problem, ValidationFailed
from auto360.core.identity import Principal
from auto360.core.messages import FIELDS, sentence
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.domains.emails.secrets import EmailSecrets, NewProofs, token_digest
from auto360.providers.database import Database, Row, bytea
from auto360.providers.database.functions.email_address import (
    email_confirm,
    email_remove,
    email_request,
    email_state,
)
from auto360.providers.database.functions.email_links import (
    email_link_confirm,
    email_link_confirm_own,
    email_link_read,
    email_undo,
    email_undo_read,
    email_unsubscribe,
)


class EmailPolicy(EnvSettings):
    """Life of the proof of an address."""

    email_proof_seconds: int = Field(3600, ge=300, le=86_400)


def stored_form(typed: str) -> str:
    """Return an address as it is stored: small letters, the domain in its ASCII form. Raises ValidationFailed.

    The part before the @ must be ASCII: the provider accepts no other. The DNS is not queried.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValidationFailed(problems=[Problem("email", sentence(FIELDS, "value", "ru"))]) from None
    return str(found.ascii_email).lower()


@dataclass(frozen=True)
class EmailAddresses:
    """Address use cases of a signed-in user."""

    database: Database
    secrets: EmailSecrets
    proofs: NewProofs

    def state(self, principal: Principal) -> Row:
        """Return the address, its state, and a proof under way."""
        found: Row = email_state(self.database, user_id=principal.user_id)
        return found

    def request(self, principal: Principal, typed: str, *, address: str) -> Row:
        """Send code and link to an address; answers alike if another account has it. Raises EmailLimit."""
        answer = email_request(
            self.database,
            user_id=principal.user_id,
            session_id=principal.session_id,
            address=stored_form(typed),
            place=address,
            proof=self.proofs.proof(principal.user_id),
        )
        return accepted(answer)

    def confirm(self, principal: Principal, code: str) -> Row:
        """Prove the pending address by its code. Raises EmailCodeInvalid, EmailInUse."""
        digests = {
            key_id: self.secrets.check_digest(key_id, user_id=principal.user_id, code=code).hex()
            for key_id in self.secrets.ids
        }
        answer = email_confirm(
            self.database,
            user_id=principal.user_id,
            session_id=principal.session_id,
            digests=digests,
            undo=self.proofs.undo(),
        )
        return accepted(answer)

    def confirm_by_link(self, principal: Principal, token: str) -> Row:
        """Prove an address by the token of its link. Raises like EmailLinks.confirm, and EmailLinkOtherAccount."""
        digest = bytea(token_digest(token))
        answer = email_link_confirm_own(
            self.database, link_digest=digest, user_id=principal.user_id, undo=self.proofs.undo()
        )
        accepted(answer)
        return self.state(principal)

    def remove(self, principal: Principal) -> Row:
        """Remove the address and a pending one. Idempotent."""
        answer = email_remove(
            self.database, user_id=principal.user_id, session_id=principal.session_id, undo=self.proofs.undo()
        )
        return accepted(answer)


@dataclass(frozen=True)
class EmailLinks:
    """Links of mails, which work without a login. Reading one changes nothing: mail programs open links in advance."""

    database: Database
    secrets: EmailSecrets
    proofs: NewProofs

    def proof(self, token: str) -> Row:
        """Return {email, phone_end} of a proof. Raises EmailLinkInvalid, -Used, -Replaced, -Expired."""
        return accepted(email_link_read(self.database, link_digest=bytea(token_digest(token))))

    def confirm(self, token: str) -> Row:
        """Prove the address, once: {email, phone_end}. Raises like `proof`, and EmailInUse."""
        digest = bytea(token_digest(token))
        return accepted(email_link_confirm(self.database, link_digest=digest, undo=self.proofs.undo()))

    def change(self, token: str) -> Row:
        """Return {email, phone_end} of a change that can be undone. Raises like `proof`."""
        return accepted(email_undo_read(self.database, undo_digest=bytea(token_digest(token))))

    def undo(self, token: str) -> Row:
        """Undo a change and end all sessions of its account. Raises like `proof`."""
        return accepted(email_undo(self.database, undo_digest=bytea(token_digest(token))))

    def subscription(self, token: str) -> Row:
        """Return {type} that a token unsubscribes from. Raises NotFound."""
        return {"type": self.secrets.unsubscriber(token)[1]}

    def unsubscribe(self, token: str) -> Row:
        """Switch e-mails of one type off: {type, title}. Idempotent. Raises NotFound."""
        user_id, kind = self.secrets.unsubscriber(token)
        found: Row = email_unsubscribe(self.database, user_id=user_id, type=kind)
        return found
