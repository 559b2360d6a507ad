"""What is wrong with the variants of a flow: each is looked at as the whole survey that it makes.

Works on the plain data of a file that need not be valid, as `lint` does. What is wrong with the flow itself is said
once and not again for each variant.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from flows.model import MAX_VARIANTS
from flows.problems import Finding, Path
from flows.steps import MAX_STEPS
from flows.variants import BASE, arranged

LEFT_OUT = "unreachable-step"


class Whole(Struct, frozen=True):
    """The whole survey that a variant makes: its data, and where in the file each of its steps is."""

    name: str
    data: dict[str, Any]
    steps: tuple[Path, ...]

    def own(self, found: Iterable[Finding], base: Iterable[Finding]) -> Iterator[Finding]:
        """Those of the findings in `data` that the flow as written (`base`) has not, where they are in the file.

        What the variant brings about in a step of the flow is told at the variant's name. A step of the flow that the
        variant goes past is no mistake.
        """
        known = {_problem(each.path, each) for each in base}
        for each in found:
            path = self.place(each.path)
            if path[:1] == ("variants",):
                yield _named(replace(each, path=path))
            elif each.code != LEFT_OUT and _problem(path, each) not in known:
                message = _about(self.name, each.message)
                yield replace(each, path=("variants", self.name), message=message, at_key=True)

    def place(self, path: Path) -> Path:
        """Where in the file something in `data` is."""
        match path:
            case ("steps", int(index), *rest):
                return (*self.steps[index], *rest)
        return path


def base(data: Any) -> Any:
    """A file without its variants."""
    return {key: value for key, value in data.items() if key != "variants"} if isinstance(data, dict) else data


def wholes(data: Any) -> list[Whole]:
    """The surveys that the variants of a file make, as far as there is something to put together."""
    steps = _steps(data)
    found = []
    for name, variant in islice(_variants(data), MAX_VARIANTS):
        patch = _steps(variant)
        if steps and patch:
            places = arranged([_id(step) for step in steps], [_id(step) for step in patch])
            whole = [(patch if new else steps)[index] for new, index in places]
            prefix: Path = ("variants", name, "steps")
            paths = tuple((*prefix, index) if new else ("steps", index) for new, index in places)
            found.append(Whole(name, {**base(data), "steps": whole}, paths))
    return found


def shares(data: Any) -> Iterator[Finding]:
    """What is wrong with the variants beside each other, and beside the flow."""
    total = 0
    for name, variant in _variants(data):
        share = variant.get("share") if isinstance(variant, dict) else 0
        before, total = total, total + (share if isinstance(share, int) and 0 < share <= 100 else 0)
        if before <= 100 < total:
            message = f"the shares come to {total} of 100 with '{name}'"
            yield Finding(("variants", name, "share"), "too-many-shares", message, f"{100 - before} are left")
        if name == BASE:
            message = f"a variant cannot be called '{BASE}': that is the flow as written"
            yield Finding(("variants", name), "reserved-variant", message, "give it another name", at_key=True)
    for whole in wholes(data):
        if whole.data["steps"] == data["steps"]:
            message = f"the variant '{whole.name}' is the flow as written"
            yield Finding(("variants", whole.name), "same-variant", message, "change a step or remove it", at_key=True)


def lost_routes(data: Any) -> Iterator[Finding]:
    """Steps of variants that replace one with `next` and have none: that is easily forgotten, and changes the way."""
    routed = {str(_id(step)) for step in _steps(data) if isinstance(step, dict) and step.get("next")}
    for name, variant in islice(_variants(data), MAX_VARIANTS):
        for index, step in enumerate(_steps(variant)):
            if isinstance(step, dict) and not step.get("next") and str(_id(step)) in routed:
                where: Path = ("variants", name, "steps", index, "id")
                message = f"the step '{_id(step)}' has no `next`; the flow's step has"
                hint = "copy it, or write where to go"
                yield _named(Finding(where, "lost-routes", message, hint, "warning"))


def named(found: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings; those in a step of a variant say in which."""
    return map(_named, found)


def _problem(path: Path, finding: Finding) -> tuple[Path, str, str]:
    """What makes it the same problem: in a step also its words, elsewhere they may list a few things more."""
    return path, finding.code, finding.message if path[:1] == ("steps",) else ""


def _named(finding: Finding) -> Finding:
    match finding.path:
        case ("variants", str(name), "steps", _, *_):
            return replace(finding, message=_about(name, finding.message))
    return finding


def _about(name: str, message: str) -> str:
    return f"in the variant '{name}', {message}"


def _variants(data: Any) -> Iterator[tuple[str, Any]]:
    variants = data.get("variants") if isinstance(data, dict) else None
    return iter(variants.items()) if isinstance(variants, dict) else iter(())


def _steps(data: Any) -> list[Any]:
    """The steps of a flow or a variant, if they can be put together at all; what else is wrong is told by the model."""
    steps = data.get("steps") if isinstance(data, dict) else None
    return steps if isinstance(steps, list) and len(steps) <= MAX_STEPS else []


def _id(step: Any) -> Any:
    return step.get("id") if isinstance(step, dict) else None
