"""conversations.* about channels themselves: open, info, members, list, join."""

from typing import Any

from sandbox.slack.methods.call import Call, Method, paged
from sandbox.slack.model import Channel, Refused, Team, User

MAX_PEOPLE = 8
READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def _open(call: Call) -> dict[str, Any]:
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}}
    given = call.text("users")
    people = [reachable(call.team, user.strip()) for user in given.split(",") if user.strip()]
    if not people:
        raise Refused("users_list_not_supplied")
    if len(people) > MAX_PEOPLE:
        raise Refused("too_many_users")
    call.require(*(("im:write",) if len(people) == 1 else ("mpim:write",)))
    if len(people) == 1:
        known = f"D{people[0].id[1:]}" in call.team.channels
        channel = call.cloud.direct(call.team, people[0].id)
    else:
        members = [*(user.id for user in people), call.team.bot_user]
        id_ = "G" + "".join(sorted(user.id[1:] for user in people))
        known = id_ in call.team.channels
        if not known:
            call.team.add(Channel(id_, "mpdm-" + "--".join(user.name for user in people), "mpim", members))
        channel = call.team.channels[id_]
    shown = channel.json(call.team) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


def reachable(team: Team, id_: str) -> User:
    """Somebody whom the bot can write to. Raises Refused."""
    user = team.users.get(id_)
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if not user.visible:
        raise Refused("user_not_visible")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    together = any(channel.shared and id_ in channel.members for channel in team.channels.values())
    if user.team and user.team != team.id and not together:
        raise Refused("invalid_user_combination")
    return user


def _info(call: Call) -> dict[str, Any]:
    channel = call.channel()
    call.require(READ[channel.kind])
    return {"channel": channel.json(call.team)}


def _members(call: Call) -> dict[str, Any]:
    channel = call.channel()
    call.require(READ[channel.kind])
    members, metadata = paged(call, channel.members, 100, 1000)
    return {"members": members, "response_metadata": metadata}


def _list(call: Call) -> dict[str, Any]:
    wanted = (call.text("types") or "public_channel").split(",")
    kinds = {_TYPES.get(one.strip()) for one in wanted}
    if None in kinds:
        raise Refused("invalid_types")
    for kind in kinds:
        call.require(READ[str(kind)])
    hidden = call.flag("exclude_archived")
    channels = [
        channel.json(call.team)
        for channel in call.team.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or call.team.bot_user in channel.members)
        and not (hidden and channel.archived)
    ]
    page, metadata = paged(call, channels, 100, 1000)
    return {"channels": page, "response_metadata": metadata}


def _join(call: Call) -> dict[str, Any]:
    channel = call.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if call.team.bot_user in channel.members:
        return {"channel": channel.json(call.team), "warning": "already_in_channel"}
    call.cloud.join(call.team, channel, call.team.bot_user)
    return {"channel": channel.json(call.team)}


METHODS = {
    "conversations.open": Method(_open, ("im:write", "mpim:write")),
    "conversations.info": Method(_info, tuple(READ.values())),
    "conversations.members": Method(_members, tuple(READ.values()), 4),
    "conversations.list": Method(_list, tuple(READ.values()), 2),
    "conversations.join": Method(_join, ("channels:join",)),
}
