"""Asking the providers about the configured channels: all at once, none for longer than it may take."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from bot import abilities
from bot.abilities import Diagnosing
from bot.errors import BotError
from bot.ports import Channel
from commands.assemble import channels, installable, vault
from commands.findings import Finding, bad, good, note, of_channel
from settings import Settings
from storage.looking import look
from storage.schema import HEAD, current

PATIENCE = 20.0  # seconds for all calls to one provider
REACH_SECONDS = 5.0


def address(settings: Settings) -> str:
    """What providers call this server, or without `public_url` what only this machine can."""
    return settings.public_url or f"http://{settings.host}:{settings.port}"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Mapping[str, Channel]]:
    """The configured channels with the accounts that were added to them; closed at the end.

    The server may be running: nothing is written to its database. Raises StoreUnavailable.
    """
    adapters = channels(settings, address(settings))
    async with AsyncExitStack() as stack:
        for channel in adapters.values():
            stack.push_async_callback(channel.close)
        to_all = installable(adapters)
        if to_all and await current(settings.database_url) == HEAD:
            reading = await stack.enter_async_context(look(settings.database_url))
            for each in to_all.values():
                each.keep_in(vault(settings, reading))
        yield adapters


async def diagnosed(settings: Settings) -> dict[str, list[Finding]]:
    """What every channel that can finds out about itself, by name."""
    async with opened(settings) as adapters:
        able = {name: each for name, each in adapters.items() if isinstance(each, Diagnosing)}
        found = await asyncio.gather(*(answer(each.diagnose(), PATIENCE) for each in able.values()))
    return {name: of_channel(name, each) for name, each in zip(able, found, strict=True)}


async def answer(asking: Awaitable[Sequence[abilities.Finding]], seconds: float) -> list[abilities.Finding]:
    """The findings, one of them saying so if they do not come within `seconds`."""
    try:
        return list(await asyncio.wait_for(asking, seconds))
    except TimeoutError:
        hint = "is the provider down, or does a firewall keep this machine from it?"
        return [abilities.Finding("error", f"no answer within {seconds:g} s", hint)]
    except BotError as error:
        return [abilities.Finding("error", str(error))]
    except Exception as error:  # noqa: BLE001 - an adapter's bug, which must not hide what the others found
        return [abilities.Finding("error", f"looking fell over ({type(error).__name__})", "this is a bug; report it")]


async def accounts(settings: Settings) -> list[Finding]:
    """Whether the credentials of accounts that people added can be opened, by channel."""
    to_all = installable(channels(settings, address(settings)))
    if not to_all or not settings.secret_keys or await current(settings.database_url) != HEAD:
        return []
    found = []
    async with look(settings.database_url) as reading:
        kept = vault(settings, reading)
        for name in to_all:
            held, about = await kept.holdings(name), f"accounts of {name}"
            found.append(good(about, f"{held.current + held.old} can be opened"))
            found += [bad(about, str(error)) for error in held.locked]
            if held.old:
                found.append(
                    note(about, f"{held.old} are sealed with an older key", "restart the server before removing it")
                )
    return found


def sane(url: str) -> list[Finding]:
    """What is wrong with `public_url` at first sight."""
    found, host = [], urlsplit(url).hostname or ""
    if url.startswith("http://"):
        found.append(note("channels", "public_url is not https: fine behind nothing but a test"))
    if _is_private(host):
        hint = "providers come from the internet; use a public name, or a tunnel while you try things out"
        found.append(note("channels", f"public_url leads to {host}, which only this network can reach", hint))
    return found


async def reachable(url: str) -> Finding:
    """Whether a server answers at `public_url`, as far as this machine can tell."""
    import aiohttp  # noqa: PLC0415 - a quarter of a second, for this question only

    hint = "is the server running, and does the proxy lead to it? Some networks cannot call their own public address"
    try:
        timeout = aiohttp.ClientTimeout(total=REACH_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{url}/livez", allow_redirects=False) as got,
        ):
            if got.status == 200 and (await got.text()).strip() == "ok":
                return good("public_url", f"this server answers at {url}")
            return note("public_url", f"{url}/livez answers {got.status}, not as this server would", hint)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return note("public_url", f"nothing answers at {url} from here ({type(error).__name__})", hint)


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
