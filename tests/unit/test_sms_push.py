"""Readers of SMS providers' webhooks: every input yields reports or a refusal."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from auto360.providers.sms import PushedReport, SmsPushRefused, SmsReport
from auto360.providers.sms.nikita_push import NikitaPushReader
from auto360.providers.sms.smsc_push import SmscPushReader, SmscPushSettings

SMSC = SmscPushReader(SmscPushSettings.load({"SMSC_CALLBACK_SECRET": "a word of ours, long"}))
TAGS = st.sampled_from(["report", "dr", "id", "phone", "number", "x"])
XML = st.recursive(
    st.text(alphabet="0123456789abc +", max_size=20),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"),
    max_leaves=30,
)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    for reader in (NikitaPushReader(), SMSC):
        with contextlib.suppress(SmsPushRefused):
            assert all(isinstance(report, PushedReport) for report in reader.read(body))


@given(XML)
def test_any_xml_is_refused_or_read(document: str) -> None:
    with contextlib.suppress(SmsPushRefused):
        for report in NikitaPushReader().read(document.encode()):
            assert len(report.message_id) <= 100
            assert len(report.phone) <= 21


@given(st.dictionaries(st.sampled_from(["id", "phone", "status", "md5", "sha1", "err"]), st.text(max_size=30)))
def test_no_form_without_the_secret_is_believed(fields: dict[str, str]) -> None:
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    try:
        read = SMSC.read(body)
    except SmsPushRefused:
        read = []
    assert list(read) == []


def test_several_reports_of_several_messages_are_read_in_order() -> None:
    body = (
        b"<report><dr><id>a</id><phone><number>996700000001</number><report>3</report></phone>"
        b"<phone><number>+996700000002</number><report>4</report></phone></dr>"
        b"<dr><phone><number>996700000003</number><report>1</report></phone></dr></report>"
    )
    assert list(NikitaPushReader().read(body)) == [
        PushedReport("a", "+996700000001", SmsReport("delivered", "3")),
        PushedReport("a", "+996700000002", SmsReport("failed", "4")),
        PushedReport("", "+996700000003", SmsReport("pending", "1")),
    ]
