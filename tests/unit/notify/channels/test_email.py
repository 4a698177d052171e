"""Mails: their parts, their headers, and what a mail server may answer."""

import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from tests.support.fake_smtp import FakeSMTP
from tests.support.messages import a_message, send

from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.email import EmailChannel, mail_of
from evaligo.notify.channels.smtp_config import read_smtp_config


def sender(smtp: FakeSMTP, *, login: str = "", more: str = "", host: str = "127.0.0.1") -> Sender:
    config = f"smtp://{login}{host}:{smtp.port}/?from=ci@example.com&to=team@example.com{more}"
    return Sender(name="email", channel=EmailChannel(smtp_config=config, timeout="2s"))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_has_a_text_part_and_an_html_part() -> None:
    with FakeSMTP() as smtp:
        receipt = send(sender(smtp), a_message())
        (mail,) = smtp.mails
    assert mail["Subject"] == "Deployment blocked <now>"
    assert (mail["From"], mail["To"]) == ("evaligo <ci@example.com>", "team@example.com")
    assert mail["Date"] == "Fri, 01 May 2026 12:00:00 +0000"
    assert mail["Message-ID"] == receipt.reference
    assert mail["Auto-Submitted"] == "auto-generated"
    assert part(mail, "plain") == (
        "Why: accuracy fell\n- results (https://a.example/r)\n\nPull request: https://a.example/pull/7\n\n"
        "-- \nhigh · support-bot · deployment_blocked · 2026-05-01T12:00:00Z\n"
    )
    html = part(mail, "html")
    assert "<h2>Deployment blocked &lt;now&gt;</h2>" in html
    assert "<p><strong>Why:</strong> accuracy fell</p>" in html
    assert '<a href="https://a.example/pull/7">Pull request</a>' in html


def test_the_same_message_is_the_same_mail_byte_for_byte() -> None:
    mails = [mail_of(a_message(), sender="ci@example.com", recipients=["a@example.com"]) for _ in range(2)]
    assert mails[0].as_bytes(policy=SMTP) == mails[1].as_bytes(policy=SMTP)


def test_a_reminder_is_another_mail_in_the_same_thread() -> None:
    first, second = (
        mail_of(a_message(id=name), sender="ci@example.com", recipients=["a@example.com"]) for name in "ab"
    )
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"]


def test_nothing_in_a_title_becomes_a_header() -> None:
    with FakeSMTP() as smtp:
        send(sender(smtp), a_message(title="a\r\nBcc: evil@example.com\x00\n🚨 é" + "x" * 400, event="a\nb"))
        (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("a Bcc: evil@example.com 🚨 éxxx")
    assert len(mail["Subject"]) == 200


def test_an_address_takes_the_place_of_the_usual_recipients() -> None:
    with FakeSMTP() as smtp:
        send(sender(smtp), a_message(), "a@example.com, b@example.com")
        assert smtp.recipients == [["a@example.com", "b@example.com"]]


def test_a_recipient_who_is_refused_beside_others_is_told() -> None:
    with FakeSMTP(refused=("gone@example.com",)) as smtp:
        receipt = send(sender(smtp), a_message(), "gone@example.com,team@example.com")
        assert smtp.recipients == [["team@example.com"]]
    assert receipt.refused == ("gone@example.com: 550 5.1.1 no such user",)


def test_nobody_to_write_to_is_permanent() -> None:
    channel = EmailChannel(smtp_config="smtp://127.0.0.1/?from=ci@example.com")
    with pytest.raises(PermanentDelivery, match="there is nobody to write to; add to="):
        send(Sender(name="email", channel=channel), a_message())


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("greet 421", "refuses the mail (421 not now)"),
        ("rcpt 451", "refuses every recipient (team@example.com: 451 no)"),
        ("data 451", "refuses the mail (451 not now)"),
        ("drop", "closed the connection"),
        ("late", "closed the connection"),
        ("stall", "did not answer in time"),
    ],
)
def test_what_may_pass_is_transient(fault: str, sentence: str) -> None:
    with FakeSMTP(script=[fault]) as smtp:
        config = f"smtp://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com"
        one = Sender(name="email", channel=EmailChannel(smtp_config=config, timeout=0.3))
        with pytest.raises(TransientDelivery) as caught:
            send(one, a_message())
        assert sentence in str(caught.value)
        send(one, a_message())
        assert len(smtp.distinct) == 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("greet 554", "refuses the mail (554 not now)"),
        ("rcpt 550", "refuses every recipient (team@example.com: 550 no)"),
        ("data 552", "refuses the mail (552 not now)"),
    ],
)
def test_what_will_not_pass_is_permanent(fault: str, sentence: str) -> None:
    with FakeSMTP(script=[fault]) as smtp, pytest.raises(PermanentDelivery) as caught:
        send(sender(smtp), a_message())
    assert sentence in str(caught.value)
    assert caught.value.hint == "check smtp_config and the rule's addresses"


def test_nobody_who_listens_is_transient() -> None:
    with FakeSMTP() as smtp:
        one = sender(smtp)
    with pytest.raises(TransientDelivery, match="cannot be reached: connection refused"):
        send(one, a_message())


def test_a_login_that_is_refused_says_no_password_in_any_form() -> None:
    with FakeSMTP(user="me", password="right") as smtp, pytest.raises(PermanentDelivery) as caught:
        send(sender(smtp, login="me:wr%40ng-pass@", more="&starttls=false"), a_message())
    assert "535" in str(caught.value)
    for form in ("wr@ng-pass", "wr%40ng-pass", "AG1lAHdyQG5nLXBhc3M="):
        assert form not in str(caught.value)


def test_a_login_that_cannot_be_judged_now_is_transient() -> None:
    with FakeSMTP(user="me", password="right", script=["login 454"]) as smtp:
        one = sender(smtp, login="me:right@", more="&starttls=false")
        with pytest.raises(TransientDelivery, match="454"):
            send(one, a_message())
        send(one, a_message())


def test_a_password_is_not_sent_in_the_clear_where_starttls_is_not_offered() -> None:
    with FakeSMTP(user="me", password="right") as smtp, pytest.raises(PermanentDelivery) as caught:
        send(sender(smtp, login="me:right@"), a_message())
    assert "does not offer what smtp_config asks for" in str(caught.value)
    assert smtp.mails == []


def test_a_login_that_the_server_does_not_offer_is_permanent() -> None:
    with (
        FakeSMTP() as smtp,
        pytest.raises(PermanentDelivery, match="does not offer what smtp_config asks for"),
    ):
        send(sender(smtp, login="me:right@", more="&starttls=false"), a_message())


def test_a_server_without_tls_is_not_asked_for_it_again() -> None:
    with FakeSMTP() as smtp:
        config = f"smtps://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com"
        one = Sender(name="email", channel=EmailChannel(smtp_config=config, timeout="2s"))
        with pytest.raises(PermanentDelivery, match="does not speak TLS as asked"):
            send(one, a_message())


def test_starttls_is_verified(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeSMTP(user="me", password="right", tls=context) as smtp:
        one = sender(smtp, login="me:right@", host="localhost")
        with pytest.raises(PermanentDelivery, match="the certificate of localhost is refused"):
            send(one, a_message())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(one, a_message())
        assert smtp.secured == [True]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mail.example.com", "is no address of a mail server"),
        ("http://mail.example.com", "is no address of a mail server"),
        ("smtp://mail.example.com:x/", "is no address of a mail server"),
        ("smtp://mail.example.com/", "Object missing required field `from`"),
        (
            "smtp://m/?from=ci@example.com&starttl=true",
            "smtp_config has no key 'starttl'; did you mean 'starttls'?",
        ),
        ("smtp://m/?from=ci@example.com&starttls=perhaps", "Expected `bool | null`"),
        ("smtps://m/?from=ci@example.com&starttls=true", "asks for both tls and starttls"),
        ("smtp://m/?from=ci", "'ci' is no mail address"),
        ("smtp://m/?from=ci@example.com&to=a@example.com%0d%0aX: y", "is no mail address"),
        ("{not json}", "is no JSON"),
        ('{"host": "", "from": "ci@example.com"}', "names no host"),
    ],
)
def test_an_smtp_config_that_makes_no_sense_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_smtp_config(text)
    assert sentence in str(caught.value)


def test_both_forms_say_the_same() -> None:
    url = "smtp://me:p%40ss@mail.example.com:2525/?starttls=true&from=ci+evaligo@example.com&to=a@example.com,b@example.com"
    json = (
        '{"host": "mail.example.com", "port": 2525, "user": "me", "password": "p@ss", "starttls": true,'
        ' "from": "ci+evaligo@example.com", "to": ["a@example.com", "b@example.com"]}'
    )
    one, other = read_smtp_config(url), read_smtp_config(json)
    assert (one.host, one.door, one.user, one.password, one.upgrades, one.sender, one.recipients) == (
        other.host, other.door, other.user, other.password, other.upgrades, other.sender, other.recipients,
    )  # fmt: skip
    assert "p@ss" not in repr(one)
