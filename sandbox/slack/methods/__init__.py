"""The methods of Slack's Web API that the sandbox answers, by name."""

from sandbox.slack.methods import apps, channels, chat, files, history, reactions, users, views
from sandbox.slack.methods.call import Method

METHODS: dict[str, Method] = {
    name: method
    for part in (apps, channels, chat, files, history, reactions, users, views)
    for name, method in part.METHODS.items()
}
