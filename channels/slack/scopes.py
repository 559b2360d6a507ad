"""What the app may do in a workspace, and what each permission is for: https://docs.slack.dev/reference/scopes."""

SCOPES = {
    "chat:write": "write messages",
    "chat:write.customize": "speak under another name and picture",
    "im:write": "open direct messages",
    "im:history": "read direct messages to the app",
    "channels:history": "read public channels that the app is in",
    "groups:history": "read private channels that the app is in",
    "files:read": "take files that people send",
    "files:write": "send files",
    "reactions:read": "see reactions, ours and those of people",
    "reactions:write": "mark threads as done, and messages as delivered",
    "commands": "offer the slash command",
}
"""Bot token scopes → what they are for."""

BOT_EVENTS = (
    "message.im",
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
    "app_uninstalled",
    "tokens_revoked",
)
"""What Slack is asked to tell: https://docs.slack.dev/reference/events."""

COMMAND = "/echolot"

WHERE = "api.slack.com/apps → the app → OAuth & Permissions → Bot Token Scopes; then reinstall the app"
"""Where a permission is added."""

WHERE_EVENTS = "api.slack.com/apps → the app → Event Subscriptions → Subscribe to bot events; then reinstall the app"
"""Where an event is added."""
