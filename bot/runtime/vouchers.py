"""Single-use codes: each goes out with one message, however often that is tried."""

from collections.abc import Callable

from msgspec.structs import replace

from bot.cases.desks import Desks
from bot.cases.words import word
from bot.errors import Conflict, Rejected, StoreUnavailable, Unavailable
from bot.messages import Outbound, Prompt
from bot.ports import Store
from flows.templates import fill


class Vouchers:
    """Puts codes into messages; `desks` have them."""

    def __init__(self, store: Store, desks: Desks, clock: Callable[[], int]) -> None:
        self._store = store
        self._desks = desks
        self._clock = clock

    async def filled(self, message: Outbound) -> Outbound:
        """The message with its code, always the same one. Raises Rejected if all have gone out, else Unavailable."""
        if not message.voucher:
            return message
        name, _, voucher = message.voucher.partition("/")
        desk = self._desks.get(name)
        codes = next((canned.codes for canned in desk.canned if canned.voucher and canned.name == voucher), ())
        try:
            code = await self._store.voucher(name, voucher, message.key, codes, self._clock())
        except (StoreUnavailable, Conflict) as error:
            raise Unavailable(str(error)) from error
        if not code:
            raise Rejected(word("no_codes_left", desk.language, word=voucher))
        return replace(message, prompt=Prompt(fill(message.prompt.text, {"code": code}), message.prompt.options))
