"""Ready mappings: what the calls of known systems say, as far as customers are asked about it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integrations.inbound.draft import Draft, at_path, first, moment, text, texts

Headers = Mapping[str, str]

_ZENDESK = {"SOLVED": "ticket.solved", "CLOSED": "ticket.closed"}
_FRESHDESK = {"resolved": "ticket.solved", "4": "ticket.solved", "closed": "ticket.closed", "5": "ticket.closed"}
_HUBSPOT = {
    ("ticket", "hs_pipeline_stage", "4"): "ticket.closed",  # the last stage of HubSpot's own pipeline
    ("deal", "dealstage", "closedwon"): "deal.won",
    ("deal", "dealstage", "closedlost"): "deal.lost",
}
_OBJECTS = {"0-3": "deal", "0-5": "ticket"}  # objectTypeId of subscriptions that are called `object.…`
_SHOPIFY = {"orders/fulfilled": "order.fulfilled", "fulfillments/update": "order.delivered"}
_SHOPIFY |= {"fulfillments/create": "order.delivered"}
_FLAT = ("external", "phone", "address", "name", "language", "zone", "country", "brand", "region", "segment", "agent")


def zendesk(body: Any, headers: Headers) -> Iterator[Draft]:
    """Ticket events: solved and closed; else what a trigger of theirs sends in our own shape."""
    if text(at_path(body, "type")) != "zen:event-type:ticket.status_changed":
        yield from own(body, headers.get("x-zendesk-webhook-invocation-id", ""))
        return
    kind = _ZENDESK.get(text(at_path(body, "event.current")).upper())
    if kind:
        paths = {"id": "id", "brand": "brand_id", "group": "group_id", "agent": "assignee_id", "priority": "priority"}
        requester = text(at_path(body, "detail.requester_id"))
        yield Draft(
            key=text(at_path(body, "id")),
            type=kind,
            at=moment(at_path(body, "time")),
            contact={"external": f"zendesk:{requester}"} if requester else {},
            attributes=texts(at_path(body, "detail"), paths | {"channel": "via.channel"}),
            item=body,
        )


def freshdesk(body: Any, _headers: Headers) -> Iterator[Draft]:
    """What an automation sends as its simple content, or in our own shape.

    It has no id of the event: a ticket that is solved twice is asked about once.
    """
    ticket = at_path(body, "freshdesk_webhook")
    number = text(at_path(ticket, "ticket_id"))
    if not number:
        yield from own(body, "")
        return
    status = text(at_path(ticket, "ticket_status")).lower()
    external = text(at_path(ticket, "ticket_contact_unique_external_id"))
    phone = first(ticket, "ticket_contact_mobile", "ticket_contact_phone", "ticket_requester_phone")
    contact = {"external": external, "phone": phone}
    contact["name"] = first(ticket, "ticket_contact_name", "ticket_requester_name")
    paths = {"group": "ticket_group_name", "agent": "ticket_agent_name", "priority": "ticket_priority"}
    if status in _FRESHDESK:
        yield Draft(
            key=f"{number}:{_FRESHDESK[status]}",
            type=_FRESHDESK[status],
            contact=_given(contact),
            attributes={"id": number, **texts(ticket, paths | {"brand": "ticket_product_name"})},
            item=body,
        )


def hubspot(body: Any, _headers: Headers) -> Iterator[Draft]:
    """Changes of tickets and deals, which do not say whose they are; else what a workflow sends in our own shape."""
    if not isinstance(body, list):
        yield from own(body, "")
        return
    for each in body:
        subscribed = text(at_path(each, "subscriptionType"))
        subject = subscribed.partition(".")[0]
        subject = _OBJECTS.get(text(at_path(each, "objectTypeId")), "") if subject == "object" else subject
        change = (subject, text(at_path(each, "propertyName")), text(at_path(each, "propertyValue")))
        # eventId alone need not be unique, says their documentation
        key = [text(at_path(each, name)) for name in ("eventId", "subscriptionId", "objectId", "occurredAt")]
        if subscribed.endswith(".propertyChange") and change in _HUBSPOT and all(key):
            yield Draft(
                key=":".join(key),
                type=_HUBSPOT[change],
                at=moment(at_path(each, "occurredAt")),
                attributes=texts(each, {"id": "objectId", "portal": "portalId"}),
                item=each,
            )


def shopify(body: Any, headers: Headers) -> Iterator[Draft]:
    """Orders that are fulfilled, and fulfillments that have arrived, once each however often they are told of."""
    topic, shop = headers.get("x-shopify-topic", ""), headers.get("x-shopify-shop-domain", "")
    kind = _SHOPIFY.get(topic)
    arrived = kind == "order.delivered"
    number = text(at_path(body, "id"))
    if kind is None or not number or (arrived and text(at_path(body, "shipment_status")) != "delivered"):
        return
    to = "destination" if arrived else "shipping_address"
    customer = text(at_path(body, "customer.id"))
    person = {"name": _name(body, "customer") or _name(body, to), "language": text(at_path(body, "customer_locale"))}
    person["external"] = f"shopify:{customer}" if customer else ""
    person["phone"] = first(body, "phone", "customer.phone", f"{to}.phone", "billing_address.phone")
    person["country"] = text(at_path(body, f"{to}.country_code"))
    order = first(body, "order_id") if arrived else first(body, "name", "id")
    yield Draft(
        key=f"{shop}:{kind}:{number}",
        type=kind,
        at=moment(at_path(body, "updated_at")),
        contact=_given(person),
        attributes=_given({"id": order, "shop": shop, "carrier": text(at_path(body, "tracking_company"))}),
        item=body,
    )


def own(body: Any, key: str) -> Iterator[Draft]:
    """Our own shape, for systems that send what one tells them: as the API has it, or all on one level."""
    if not isinstance(body, dict) or not text(body.get("type")):
        return
    person = body["contact"] if isinstance(body.get("contact"), dict) else body
    known = {name: text(person.get(name)) for name in _FLAT}
    attributes = body["attributes"] if isinstance(body.get("attributes"), dict) else {}
    told = text(body.get("id"))
    yield Draft(
        key=f"{told}:{key}" if told and key else told or key,
        type=text(body["type"]),
        at=moment(body.get("at")),
        contact=_given(known),
        attributes=_given({name: text(value) for name, value in attributes.items()}),
        item=body,
    )


VENDORS: Mapping[str, Callable[[Any, Headers], Iterator[Draft]]] = {
    "zendesk": zendesk,
    "freshdesk": freshdesk,
    "hubspot": hubspot,
    "shopify": shopify,
}


def _name(body: Any, where: str) -> str:
    return " ".join(filter(None, (text(at_path(body, f"{where}.{part}_name")) for part in ("first", "last"))))


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
