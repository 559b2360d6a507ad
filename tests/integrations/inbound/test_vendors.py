"""What known systems' calls come to: payloads as their documentation shows them."""

import pytest

from bot.errors import Forged
from bot.outreach.happening import About
from bot.outreach.inbound import InboundSettings
from integrations.inbound.draft import at_path, moment
from integrations.inbound.hook import Hook
from tests.integrations.inbound.calls import NOW, SECRET, URL, call

ZENDESK = {
    "type": "zen:event-type:ticket.status_changed",
    "account_id": 22129848,
    "id": "2b24ef10-19dd-4c8d-9f2e-4d3f1f1e2f3a",
    "time": "2027-01-15T07:58:18.123456789Z",
    "zendesk_event_version": "2022-06-20",
    "subject": "zen:ticket:35436",
    "detail": {
        "actor_id": "8447388090494", "assignee_id": "8447388090495", "brand_id": "8447346621310",
        "created_at": "2027-01-10T07:58:18Z", "custom_status": "8447320465790", "description": "My oven is cold",
        "external_id": None, "form_id": "8646151517822", "group_id": "8447320466430", "id": "35436", "is_public": True,
        "organization_id": "8447346622462", "priority": "LOW", "requester_id": "8447388090499", "status": "SOLVED",
        "subject": "Oven", "submitter_id": "8447388090499", "tags": ["oven"], "type": "TASK",
        "updated_at": "2027-01-15T07:58:18Z", "via": {"channel": "web_service"},
    },
    "event": {"current": "SOLVED", "previous": "OPEN"},
}  # fmt: skip
FRESHDESK = {
    "freshdesk_webhook": {
        "ticket_id": 11, "ticket_subject": "Oven", "ticket_status": "Resolved", "ticket_priority": "High",
        "ticket_contact_unique_external_id": "c-77", "ticket_contact_name": "Ada Beck",
        "ticket_contact_phone": "+49 151 12345678", "ticket_contact_mobile": "", "ticket_agent_name": "Ben",
        "ticket_group_name": "Ovens", "ticket_product_name": "Acme",
    }
}  # fmt: skip
HUBSPOT = {
    "eventId": 100, "subscriptionId": 12345, "portalId": 62515, "appId": 54321, "occurredAt": 1_799_999_999_000,
    "subscriptionType": "ticket.propertyChange", "attemptNumber": 0, "objectId": 123, "changeSource": "CRM",
    "propertyName": "hs_pipeline_stage", "propertyValue": "4",
}  # fmt: skip
ORDER = {
    "id": 820982911946154508, "name": "#1001", "updated_at": "2027-01-15T08:58:18+01:00", "phone": None,
    "customer_locale": "de-DE", "fulfillment_status": "fulfilled", "email": "ada@example.com",
    "customer": {"id": 115310627314723954, "first_name": "Ada", "last_name": "Beck", "phone": None},
    "shipping_address": {"first_name": "A.", "last_name": "B.", "phone": "0151 12345678", "country_code": "DE"},
    "billing_address": {"phone": "+1 555 555 5555"},
}  # fmt: skip
FULFILLMENT = {
    "id": 123456, "order_id": 820982911946154508, "status": "success", "updated_at": "2027-01-15T07:58:18Z",
    "tracking_company": "DHL", "shipment_status": "delivered", "email": "ada@example.com",
    "destination": {"first_name": "Ada", "last_name": "Beck", "phone": "+4915112345678", "country_code": "DE"},
}  # fmt: skip
SHOP = {"x_shopify_shop_domain": "cool.myshopify.com"}
OWN = {
    "type": "ticket.closed", "id": "35436", "at": "2027-01-15T07:58:18Z",
    "contact": {"external": "77", "phone": "+4915112345678", "name": "Ada Beck", "language": "de", "zone": "Europe/Oz"},
    "attributes": {"id": 35436, "vip": True, "deep": {"no": 1}, "": "no"},
}  # fmt: skip
AT = 1_799_999_898_000


def hook(kind: str, **more) -> Hook:
    return Hook("x", InboundSettings(kind=kind, secret=SECRET, **{"channel": "sms", **more}), URL)


def events(kind: str, body: object, settings: dict | None = None, **headers: str):
    return hook(kind, **(settings or {})).receive(call(kind, body, **headers), NOW)


def test_a_ticket_that_is_solved_in_zendesk():
    """The requester by their Zendesk id, under a name that no other system's ids meet; nothing that anybody wrote."""
    [event] = events("zendesk", ZENDESK)
    assert (event.id, event.type, event.at) == (f"in/x:{ZENDESK['id']}", "ticket.solved", AT + 123)
    assert event.about == About(external="zendesk:8447388090499")
    assert event.attributes == {
        "id": "35436", "brand": "8447346621310", "group": "8447320466430", "agent": "8447388090495", "priority": "LOW",
        "channel": "web_service",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [("CLOSED", ["ticket.closed"]), ("solved", ["ticket.solved"]), ("PENDING", []), ("", []), (None, [])],
)
def test_other_changes_in_zendesk(status, kind):
    """Only the end of a ticket is an event."""
    assert [each.type for each in events("zendesk", ZENDESK | {"event": {"current": status}})] == kind


def test_a_ticket_that_is_resolved_in_freshdesk():
    """What an automation sends as simple content; a ticket's status is one event, however often it is reached."""
    [event] = events("freshdesk", FRESHDESK)
    assert (event.id, event.type, event.at) == ("in/x:11:ticket.solved", "ticket.solved", NOW)
    assert event.about == About(external="c-77", name="Ada Beck", addresses=("sms:+4915112345678",))
    assert event.attributes == {"id": "11", "group": "Ovens", "agent": "Ben", "priority": "High", "brand": "Acme"}
    closed = {"freshdesk_webhook": FRESHDESK["freshdesk_webhook"] | {"ticket_status": "Closed"}}
    assert [each.id for each in events("freshdesk", closed)] == ["in/x:11:ticket.closed"]
    opened = {"freshdesk_webhook": FRESHDESK["freshdesk_webhook"] | {"ticket_status": "Open"}}
    assert events("freshdesk", opened) == []


def test_tickets_and_deals_in_hubspot():
    """Several in a call; a repeated delivery has the same id; other changes are left out."""
    deal = {"subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "objectId": 5, "eventId": 101}
    others = [
        {"eventId": None},
        {"propertyName": "subject"},
        {"propertyValue": "1"},
        {"subscriptionType": "ticket.creation"},
    ]
    body = [
        HUBSPOT,
        HUBSPOT | {"attemptNumber": 1},
        HUBSPOT | deal | {"propertyValue": "closedwon"},
        HUBSPOT
        | deal
        | {"propertyValue": "closedlost", "subscriptionType": "object.propertyChange", "objectTypeId": "0-3"},
        HUBSPOT | {"subscriptionType": "object.propertyChange", "objectTypeId": "0-5", "eventId": 102},
        HUBSPOT | {"subscriptionType": "object.propertyChange", "objectTypeId": "0-1"},
        *(HUBSPOT | other for other in others),
        7,
    ]
    found = events("hubspot", body)
    assert [each.type for each in found] == [
        "ticket.closed", "ticket.closed", "deal.won", "deal.lost", "ticket.closed",
    ]  # fmt: skip
    assert found[0] == found[1]
    assert found[0].id == "in/x:100:12345:123:1799999999000"
    assert (found[0].at, found[0].about) == (1_799_999_999_000, About())
    assert found[0].attributes == {"id": "123", "portal": "62515"}


def test_an_order_that_is_fulfilled_in_shopify():
    """The first phone number that there is, with the country it is sent to; once, however often it is told."""
    [event] = events("shopify", ORDER, x_shopify_topic="orders/fulfilled", **SHOP)
    assert event.id == "in/x:cool.myshopify.com:order.fulfilled:820982911946154508"
    assert (event.type, event.at) == ("order.fulfilled", AT)
    assert event.about == About(
        external="shopify:115310627314723954", name="Ada Beck", language="de-DE", country="DE",
        addresses=("sms:+4915112345678",),
    )  # fmt: skip
    assert event.attributes == {"id": "#1001", "shop": "cool.myshopify.com"}


@pytest.mark.parametrize("topic", ["fulfillments/update", "fulfillments/create"])
def test_a_parcel_of_shopify_that_has_arrived(topic):
    """And nothing before it has."""
    [event] = events("shopify", FULFILLMENT, x_shopify_topic=topic, **SHOP)
    assert event.id == "in/x:cool.myshopify.com:order.delivered:123456"
    assert event.attributes == {"id": "820982911946154508", "shop": "cool.myshopify.com", "carrier": "DHL"}
    assert event.about == About(name="Ada Beck", country="DE", addresses=("sms:+4915112345678",))
    for status in ("in_transit", None, ""):
        assert events("shopify", FULFILLMENT | {"shipment_status": status}, x_shopify_topic=topic, **SHOP) == []


def test_other_topics_of_shopify_are_left_out():
    """Orders that are made, customers that are changed."""
    for topic in ("orders/create", "customers/update", ""):
        assert events("shopify", ORDER, x_shopify_topic=topic, **SHOP) == []


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk", "hubspot"])
def test_our_own_shape_is_taken_from_systems_that_send_what_one_tells_them(kind):
    """What cannot be used is left out of it: zones that there are not, values that are no values."""
    [event] = events(kind, OWN)
    assert (event.id, event.type, event.at) == ("in/x:35436", "ticket.closed", AT)
    assert event.about == About(external="77", name="Ada Beck", language="de", addresses=("sms:+4915112345678",))
    assert event.attributes == {"id": "35436", "vip": "true"}


def test_our_own_shape_may_be_flat():
    """Workflows of HubSpot send one level only."""
    flat = {"type": "deal.won", "id": "9", "phone": "+4915112345678", "name": "Ada", "extra": "x"}
    [event] = events("hubspot", flat)
    assert (event.type, event.about) == ("deal.won", About(name="Ada", addresses=("sms:+4915112345678",)))


def test_zendesks_invocation_tells_events_of_one_ticket_apart():
    """A trigger that fires again for the same ticket is another event; its repeated delivery is not."""
    first, again, other = (
        events("zendesk", OWN, x_zendesk_webhook_invocation_id=number)[0].id for number in ("1", "1", "2")
    )
    assert first == again == "in/x:35436:1"
    assert other == "in/x:35436:2"


GENERIC = {
    "deliveries": [
        {
            "delivery": {"id": 4711, "status": "DELIVERED", "time": 1_799_999_898},
            "customer": {"id": "c-77", "phones": ["0151 12345678", "x"], "land": "de"},
            "order": {"lines": [{"sku": "oven"}], "total": 12.5},
        },
        {"delivery": {"id": 4712, "status": "LOST"}},
        {"delivery": {"status": "DELIVERED"}},
        None,
    ]
}  # fmt: skip
MAP = {
    "each": "deliveries", "id": "delivery.id", "type": "delivery.status", "types": {"DELIVERED": "order.delivered"},
    "at": "delivery.time", "attributes": {"item": "order.lines[0].sku", "total": "order.total", "no": "order.lines[9]"},
    "contact": {"external": "customer.id", "phone": "customer.phones[0]", "country": "customer.land"},
}  # fmt: skip


def test_a_generic_call_is_read_by_ways_to_its_values():
    """What has no id, or a type that is left out, is no event."""
    [event] = events("generic", GENERIC, {"map": MAP})
    assert (event.id, event.type, event.at) == ("in/x:4711", "order.delivered", AT)
    assert event.about == About(external="c-77", country="DE", addresses=("sms:+4915112345678",))
    assert event.attributes == {"item": "oven", "total": "12.5"}


def test_the_type_of_a_generic_call_may_always_be_the_same():
    """Or stand in it as it is, if it looks like one."""
    body = {"id": 1, "kind": "app.opened", "bad": "App Opened"}
    always = {"map": {"id": "id", "always": "order.delivered"}}
    assert [each.type for each in events("generic", body, always)] == ["order.delivered"]
    assert [each.type for each in events("generic", body, {"map": {"id": "id", "type": "kind"}})] == ["app.opened"]
    assert events("generic", body, {"map": {"id": "id", "type": "bad"}}) == []


def test_what_the_settings_say_comes_before_the_ready_mapping():
    """Another external id, one more attribute, and a pipeline of one's own."""
    own = {"map": {"contact": {"external": "detail.organization_id"}, "attributes": {"form": "detail.form_id"}}}
    [event] = events("zendesk", ZENDESK, own)
    assert event.about.external == "8447346622462"
    assert event.attributes["form"] == "8646151517822"
    assert event.attributes["id"] == "35436"
    stages = {"map": {"id": "eventId", "type": "propertyValue", "types": {"77": "ticket.closed"}, "at": "occurredAt"}}
    body = [HUBSPOT, HUBSPOT | {"propertyValue": "77"}]
    assert [each.type for each in events("hubspot", body, stages)] == ["ticket.closed"]


@pytest.mark.parametrize("kind", ["zendesk", "freshdesk", "hubspot", "shopify", "generic"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"null", b"7", b"[]", b'"x"', b"{}", b"[[[]]]", b"[" * 5000, b'{"type": {"a": 1}}']
)
def test_a_call_that_says_nothing_is_no_event(kind, body):
    """It is theirs, so it is answered, and nothing comes of it."""
    settings = {"map": MAP} if kind == "generic" else {}
    assert events(kind, body, settings, x_shopify_topic="orders/fulfilled") == []


def test_s1_a_forged_call_is_not_read():
    """The signature comes first."""
    with pytest.raises(Forged):
        hook("zendesk").receive(call("zendesk", ZENDESK, secret="another-secret-altogether"), NOW)


def test_without_a_channel_phone_numbers_are_not_used():
    """Whoever is known by an id can still be asked."""
    [event] = events("freshdesk", FRESHDESK, {"channel": ""})
    assert event.about == About(external="c-77", name="Ada Beck")


@pytest.mark.parametrize("number", ["", "12", "0151 12345678", "call me", "+49", "+4915112345678 ext. 7"])
def test_a_number_that_is_none_is_left_out(number):
    """Here without a country that would make it one."""
    [event] = events("zendesk", {"type": "a.b", "id": "1", "contact": {"phone": number, "external": "e"}})
    assert event.about == About(external="e")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[0].c", 1),
        ("a.b[1]", None),
        ("a.b.c", None),
        ("x", None),
        ("a.b[0]", {"c": 1}),
        ("", {"a": {"b": [{"c": 1}]}}),
    ],
)
def test_ways_lead_to_values_or_nowhere(path, found):
    """And are never more than names and places."""
    assert at_path({"a": {"b": [{"c": 1}]}}, path) == found


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2027-01-15T08:58:18+01:00", AT), ("2027-01-15T07:58:18Z", AT), ("2027-01-15T07:58:18", AT),
        ("2027-01-15 07:58:18 UTC", AT), (AT, AT), (AT // 1000, AT), (str(AT), AT), (AT / 1000, AT), (True, None),
        ("yesterday", None), ("", None), (None, None), (-5, None), (10**40, None), ("9999-12-31T23:59:59-23:00", None),
    ],
)  # fmt: skip
def test_times_as_systems_write_them(written, at):
    """ISO 8601, seconds, milliseconds; anything else is no time."""
    assert moment(written) == at
