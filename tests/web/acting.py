"""What somebody does on the demo's page and sees there, over HTTP."""

import asyncio
from dataclasses import dataclass

import httpx

from commands.stage import DemoStage


@dataclass
class Demo:
    """The running demo, and a page that acts on it."""

    stage: DemoStage
    page: httpx.AsyncClient

    async def does(self, action, **facts) -> httpx.Response:
        """Act; it must work."""
        answer = await self.tries(action, **facts)
        assert answer.status_code == 204, answer.text
        return answer

    async def tries(self, action, **facts) -> httpx.Response:
        return await self.page.post(f"/demo/{action}", json=facts)

    async def asks(self, device, flow="relationship", language="en", **more):
        """Ask somebody, and press Start where that is needed."""
        await self.does("start", device=device, flow=flow, language=language, **more)
        if device == "telegram" and (await self.sees(device))["link"]:
            await self.does("open", device=device)

    async def sees(self, device, fits=lambda _screen: True):
        """What is on the screen, once it fits."""
        return (await self.until(lambda now: fits(now["devices"][device])))["devices"][device]

    async def hears(self, device, count):
        """The texts that came in, once there are so many."""
        screen = await self.sees(device, lambda screen: len(theirs(screen)) >= count)
        return [message.text for message in theirs(screen)]

    async def until(self, fits):
        """The first snapshot that fits."""
        async with asyncio.timeout(20):
            while True:
                heard = self.stage.news
                if fits(now := await self.stage.snapshot()):
                    return now
                await self.stage.changed(heard)

    async def answers(self, device, text):
        """Press the button with this label where there are some, else type it."""
        screen = await self.sees(device, theirs)
        message = theirs(screen)[-1]
        labels = [label for row in message.buttons for label in row]
        if text in labels:
            await self.does("press", device=device, message=message.id, button=labels.index(text))
        else:
            await self.does("text", device=device, text=text)


def theirs(screen):
    return [message for message in screen["messages"] if not message.mine]


def mine(screen):
    return [message for message in screen["messages"] if message.mine and message.text != "/start"]


def responses(now):
    return [(row["channel"], row["score"], row["comment"]) for row in now["store"]["responses"]]


def states(now, device):
    return [message["state"] for turn in now["talks"][device]["turns"] for message in turn["messages"]]
