"""Routes of the sign-in: the form, the code, the session's end, the language."""

from auto360.admin import sign_in
from auto360.admin.app import make_router
from auto360.admin.operations_forms import CodeSent, LanguageSent, PhoneSent
from auto360.admin.rendering import CurrentPages, Page
from auto360.admin.visit import Anybody, AnyStaffMember

router = make_router()


@router.get("/admin/sign-in")
def sign_in_page(pages: CurrentPages, visit: Anybody) -> Page:
    """Show the form for the phone, or for the code sent to it."""
    return sign_in.page(pages, visit)


@router.post("/admin/sign-in")
def ask_for_code(pages: CurrentPages, visit: Anybody, asked: PhoneSent) -> Page:
    """Send a login code."""
    return sign_in.send_code(pages, visit, asked)


@router.post("/admin/sign-in/code")
def show_code(pages: CurrentPages, visit: Anybody, shown: CodeSent) -> Page:
    """Open a session."""
    return sign_in.open_session(pages, visit, shown)


@router.post("/admin/sign-out")
def sign_out(visit: AnyStaffMember) -> Page:
    """End the session."""
    return sign_in.end_session(visit)


@router.post("/admin/language")
def language(visit: Anybody, chosen: LanguageSent) -> Page:
    """Change the language of the pages."""
    return sign_in.change_language(visit, chosen)
