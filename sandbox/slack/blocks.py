"""What Slack refuses in blocks and views: lengths and counts as slack_sdk.models and Slack's reference give them.

https://docs.slack.dev/reference/block-kit/blocks
"""

import secrets
from collections.abc import Iterator
from typing import Any

from sandbox.slack.model import Refused, invalid

MAX_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_TEXT = 13_200  # of all blocks together: bolt-js#2509
MAX_VIEW = 250_000
_TEXTS = {"section": 3000, "header": 150}
_COUNTS = {"actions": 25, "context": 10}
_OPTIONS = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}
_ELEMENTS = {
    *_OPTIONS,
    "button",
    "image",
    "users_select",
    "conversations_select",
    "channels_select",
    "external_select",
    "datepicker",
    "timepicker",
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "file_input",
    "rich_text_input",
    "workflow_button",
}
_BLOCKS = {
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "markdown",
    "rich_text",
    "section",
    "video",
}
_IDS = 255
Problem = tuple[str, str]  # what is wrong, where


def checked(blocks: Any, where: str = "/blocks", limit: int = MAX_BLOCKS) -> list[dict[str, Any]]:
    """The blocks as Slack keeps them, each with a block_id and action_ids. Raises Refused (invalid_blocks)."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    problems = list(_all(blocks, where, limit))
    if problems:
        told = [f"{text} [json-pointer:{place}]" for text, place in problems]
        refused = invalid(*told, error="invalid_blocks")
        refused.more["errors"] = told
        raise refused
    if sum(len(text) for block in blocks for text in _texts(block)) > MAX_TEXT:
        raise Refused("msg_blocks_too_long")
    return [_named(block) for block in blocks]


def checked_view(view: Any) -> dict[str, Any]:
    """A modal or App Home as Slack keeps it. Raises Refused (invalid_arguments, view_too_large)."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        raise invalid("must provide a valid view type [json-pointer:/view/type]")
    if len(repr(view).encode()) > MAX_VIEW:
        raise Refused("view_too_large")
    problems: list[Problem] = []
    if view["type"] == "modal":
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                problems += _text(view.get(name), 24, f"/view/{name}", plain=True)
        inputs = any(block.get("type") == "input" for block in view.get("blocks", []))
        if inputs and "submit" not in view:
            problems.append(("must define `submit` to use an `input` block in modals", "/view"))
    problems += _length(view.get("private_metadata", ""), 3000, "/view/private_metadata")
    problems += _length(view.get("callback_id", ""), _IDS, "/view/callback_id")
    problems += _all(view.get("blocks", []), "/view/blocks", MAX_VIEW_BLOCKS)
    if problems:
        raise invalid(*(f"{text} [json-pointer:{place}]" for text, place in problems))
    return view | {"blocks": [_named(block) for block in view.get("blocks", [])]}


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of a block."""
    return [one for one in (*block.get("elements", []), block.get("accessory"), block.get("element")) if one]


def _all(blocks: list[dict[str, Any]], where: str, limit: int) -> Iterator[Problem]:
    if len(blocks) > limit:
        yield f"no more than {limit} items allowed", where
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(ids)) < len(ids):
        yield "`block_id` must be unique", where
    for index, block in enumerate(blocks):
        yield from _block(block, f"{where}/{index}")


def _block(block: dict[str, Any], where: str) -> Iterator[Problem]:
    kind = block.get("type")
    if kind not in _BLOCKS:
        yield f"unsupported type: {kind}", f"{where}/type"
        return
    yield from _length(block.get("block_id", ""), _IDS, f"{where}/block_id")
    if kind == "header" or (kind == "section" and ("text" in block or not block.get("fields"))):
        yield from _text(block.get("text"), _TEXTS[kind], f"{where}/text", plain=kind == "header")
    yield from _count(block.get("fields", []), 10, f"{where}/fields")
    for index, one in enumerate(block.get("fields", [])):
        yield from _text(one, 2000, f"{where}/fields/{index}")
    if kind == "markdown":
        yield from _length(block.get("text", ""), 12_000, f"{where}/text")
    if kind == "input":
        yield from _text(block.get("label"), 2000, f"{where}/label", plain=True)
    if kind in _COUNTS:
        yield from _count(block.get("elements", []), _COUNTS[kind], f"{where}/elements")
        if not block.get("elements"):
            yield "must provide at least one element", f"{where}/elements"
    yield from _parts(block, where)


def _parts(block: dict[str, Any], where: str) -> Iterator[Problem]:
    if block["type"] == "context":
        for index, one in enumerate(block.get("elements", [])):
            if one.get("type") != "image":
                yield from _text(one, 3000, f"{where}/elements/{index}")
    elif block["type"] != "rich_text":
        for index, one in enumerate(elements(block)):
            yield from _element(one, f"{where}/elements/{index}")
        actions = [one["action_id"] for one in elements(block) if one.get("action_id")]
        if len(set(actions)) < len(actions):
            yield "`action_id` must be unique within a block", where


def _element(element: dict[str, Any], where: str) -> Iterator[Problem]:
    kind = element.get("type")
    if kind not in _ELEMENTS:
        yield f"unsupported type: {kind}", f"{where}/type"
    yield from _length(element.get("action_id", ""), _IDS, f"{where}/action_id")
    if kind == "button":
        yield from _text(element.get("text"), 75, f"{where}/text", plain=True)
        yield from _length(element.get("value", ""), 2000, f"{where}/value")
        yield from _length(element.get("url", ""), 3000, f"{where}/url")
        if element.get("style") not in {None, "primary", "danger"}:
            yield "must be one of primary, danger", f"{where}/style"
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{where}/placeholder", plain=True)
    if kind in _OPTIONS and "option_groups" not in element:
        options = element.get("options", [])
        yield from _count(options, _OPTIONS[str(kind)], f"{where}/options")
        if not options:
            yield "must provide at least one option", f"{where}/options"
        for index, option in enumerate(options):
            yield from _text(option.get("text"), 75, f"{where}/options/{index}/text")
            yield from _length(option.get("value", ""), 150, f"{where}/options/{index}/value")


def _text(value: Any, limit: int, where: str, *, plain: bool = False) -> Iterator[Problem]:
    """A text object: https://docs.slack.dev/reference/block-kit/composition-objects/text-object."""
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        yield "missing required field: text", where
        return
    if value.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        yield f"unsupported type: {value.get('type')}", f"{where}/type"
    if not value["text"]:
        yield "must be more than 0 characters", f"{where}/text"
    yield from _length(value["text"], limit, f"{where}/text")


def _length(value: str, limit: int, where: str) -> Iterator[Problem]:
    if len(value) > limit:
        yield f"must be less than {limit + 1} characters", where


def _count(values: list[Any], limit: int, where: str) -> Iterator[Problem]:
    if len(values) > limit:
        yield f"no more than {limit} items allowed", where


def _texts(value: Any) -> Iterator[str]:
    """Every `text` string somewhere in a block."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _named(block: dict[str, Any]) -> dict[str, Any]:
    named = {"block_id": secrets.token_urlsafe(4), **block}
    for place in ("elements", "accessory", "element"):
        if place in block and block["type"] not in {"rich_text", "context"}:
            parts = block[place] if place == "elements" else [block[place]]
            full = [{"action_id": secrets.token_urlsafe(4), **one} for one in parts]
            named[place] = full if place == "elements" else full[0]
    return named
