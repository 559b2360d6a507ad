"""Pictures of charts: asked of the process that draws, kept by their content."""

import asyncio
import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import structlog

from web.drawing import HEAD, LENGTH

log = structlog.get_logger("pictures")

Form = Literal["svg", "png", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)
TYPES: Mapping[Form, str] = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
KEPT = 16 * 1024 * 1024  # bytes of pictures
PATIENCE = 15.0  # seconds for one picture, the start of the process included
FROM_ELSEWHERE = frozenset({"url", "href"})
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "SYSTEMROOT")


class Undrawable(Exception):
    """There is no picture of this; the table says the same."""


def version(spec: Mapping[str, Any]) -> str:
    """What a picture is known by: the same content has the same."""
    return hashlib.sha256(msgspec.json.encode(spec, order="sorted")).hexdigest()[:24]


class Pictures:
    """Draws with one process, started when it is first needed; the latest pictures are kept."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._kept: OrderedDict[tuple[str, Form], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _end, self._running)

    async def draw(self, spec: Mapping[str, Any], form: Form) -> bytes:
        """The picture. Raises Undrawable, also for a chart that wants something from elsewhere."""
        key = version(spec), form
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        return await asyncio.to_thread(self._draw, key, spec, form)

    def close(self) -> None:
        """End the process; the next picture starts another one."""
        _end(self._running)

    def _draw(self, key: tuple[str, Form], spec: Mapping[str, Any], form: Form) -> bytes:
        if _wants_elsewhere(spec):
            raise Undrawable("a chart holds its data itself")
        request = msgspec.json.encode({"form": form, "spec": spec})
        with self._lock:
            if key in self._kept:  # somebody else has wanted it just now
                return self._kept[key]
            answer = self._asked(request)
            if answer is None:  # it had gone, perhaps because it had nothing to do
                answer = self._asked(request)
            if answer is None:
                log.error("drawing_ended")
                raise Undrawable("the process that draws has ended")
            failed, picture = answer
            if failed:
                log.error("undrawable", chart=key[0])
                raise Undrawable(picture.decode(errors="replace"))
            self._keep(key, picture)
            return picture

    def _asked(self, request: bytes) -> tuple[int, bytes] | None:
        """What the process says; None if it ends over it."""
        process = self._process()
        if process.stdin is None or process.stdout is None:
            raise AssertionError("started with pipes")
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        try:
            process.stdin.write(LENGTH.pack(len(request)) + request)
            process.stdin.flush()
            head = process.stdout.read(HEAD.size)
            if len(head) == HEAD.size:
                failed, length = HEAD.unpack(head)
                picture = process.stdout.read(length)
                if len(picture) == length:
                    return failed, picture
        except BrokenPipeError:
            pass
        finally:
            late.cancel()
        _end(self._running)
        return None

    def _process(self) -> subprocess.Popen[bytes]:
        if not self._running:
            # no secret of ours is handed on, and `-I` finds packages but none of our folders
            few = {name: os.environ[name] for name in INHERITED if name in os.environ}
            command = [sys.executable, "-I", str(Path(__file__).with_name("drawing.py"))]
            pipe = subprocess.PIPE
            self._running.append(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=few)  # noqa: S603 - ours
            )
        return self._running[0]

    def _keep(self, key: tuple[str, Form], picture: bytes) -> None:
        self._kept[key] = picture
        self._size += len(picture)
        while self._size > KEPT:
            self._size -= len(self._kept.popitem(last=False)[1])


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # what was not written is not wanted any more
                    pipe.close()
    running.clear()


def _wants_elsewhere(part: object) -> bool:
    if isinstance(part, Mapping):
        return bool(FROM_ELSEWHERE & part.keys()) or any(map(_wants_elsewhere, part.values()))
    return isinstance(part, list | tuple) and any(map(_wants_elsewhere, part))
