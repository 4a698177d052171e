"""Slack's blocks, limits and refusals, on a webhook that enforces them."""

import pytest
from tests.support.fake_slack import FakeSlack
from tests.support.messages import a_message, send

from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.slack import SlackChannel, payload_of
from evaligo.notify.message import MessageLink


def sender(slack: FakeSlack, **keys: object) -> Sender:
    channel = SlackChannel(webhook_url=slack.url, timeout="2s", **keys)  # type: ignore[arg-type]  # what a test says
    return Sender(name="slack", channel=channel)


def test_a_message_is_a_header_sections_and_a_foot() -> None:
    with FakeSlack() as slack:
        send(sender(slack, default_channel="#ai-alerts"), a_message())
        assert slack.bodies == [
            {
                "channel": "#ai-alerts",
                "text": "Deployment blocked &lt;now&gt;",
                "blocks": [
                    {
                        "type": "header",
                        "text": {"type": "plain_text", "text": "Deployment blocked <now>", "emoji": True},
                    },
                    {
                        "type": "section",
                        "text": {
                            "type": "mrkdwn",
                            "text": "*Why:* accuracy fell\n• <https://a.example/r|results>",
                        },
                    },
                    {
                        "type": "context",
                        "elements": [
                            {
                                "type": "mrkdwn",
                                "text": "*high* · support-bot · <https://a.example/pull/7|Pull request>",
                            }
                        ],
                    },
                ],
                "unfurl_links": False,
            }
        ]


def test_an_address_is_another_channel() -> None:
    with FakeSlack() as slack:
        send(sender(slack, default_channel="#ai-alerts"), a_message(), "#leads")
        assert slack.bodies[0]["channel"] == "#leads"


def test_a_message_that_is_too_long_is_cut_and_leads_to_the_rest() -> None:
    long = a_message(title="t" * 400, body="\n".join(["<&>" * 900] * 99))
    with FakeSlack() as slack:
        send(sender(slack), long)
        blocks = slack.bodies[0]["blocks"]
    assert len(blocks) == 50
    assert blocks[0]["text"]["text"].endswith("t…")
    assert blocks[-2]["elements"][0]["text"] == "… the rest is left out here"
    assert "Pull request" in blocks[-1]["elements"][0]["text"]


def test_a_link_that_the_body_has_is_not_told_twice() -> None:
    message = a_message(links=(MessageLink(text="Results", url="https://a.example/r"),))
    assert payload_of(message)["blocks"][-1]["elements"][0]["text"] == "*high* · support-bot"


def test_an_empty_body_leaves_no_empty_block() -> None:
    with FakeSlack() as slack:
        send(sender(slack), a_message(body="  \n"))
        assert [block["type"] for block in slack.bodies[0]["blocks"]] == ["header", "context"]


def test_slack_s_limit_is_a_matter_of_waiting() -> None:
    with FakeSlack(pace=60.0) as slack:
        send(sender(slack), a_message())
        with pytest.raises(TransientDelivery, match="429: rate_limited") as caught:
            send(sender(slack), a_message())
    assert caught.value.retry_after == 1.0
    assert SlackChannel.pace == 1.0


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (404, "no_service", "the webhook was revoked or disabled; make a new one in Slack"),
        (403, "invalid_token", "the webhook was revoked; make a new one in Slack"),
        (410, "channel_is_archived", "the channel is archived; name another one"),
        (404, "channel_not_found", "check default_channel and the rule's channels"),
        (403, "action_prohibited", "ask its administrators"),
        (400, "invalid_payload", "please report it"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(status: int, code: str, hint: str) -> None:
    with FakeSlack(script=[(status, code)]) as slack, pytest.raises(PermanentDelivery) as caught:
        send(sender(slack), a_message())
    assert f"({status}: {code}); " in str(caught.value)
    assert hint in caught.value.hint


def test_a_revoked_webhook_s_address_is_not_said() -> None:
    with FakeSlack(revoked=True) as slack, pytest.raises(PermanentDelivery) as caught:
        send(sender(slack), a_message())
    assert "/services/" not in str(caught.value)
    assert "XXXX" not in repr(sender(slack))


@pytest.mark.parametrize(
    "keys", [{"webhook_url": "hooks.slack.com"}, {"webhook_url": "https://x", "default_channel": "#a b"}]
)
def test_keys_that_make_no_sense_are_refused(keys: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"the address is none|is no channel of Slack"):
        SlackChannel(**keys)
