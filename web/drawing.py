"""Draws charts in a process of its own: specifications in on stdin, pictures out on stdout, until stdin ends.

A process, because the drawing engine holds Python's lock for 20 ms a chart and for nearly a second at the first one,
and takes 100 MB: the conversations next door should notice neither. It ends by itself when it has long had nothing
to draw, and with the server, however that ends. It runs apart from the project's folders and settings.
"""

import json
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

IDLE = 600  # seconds without work
VERSION = "6.4"  # of Vega-Lite; the package brings several along
SCALE = 2.0  # of PNGs
HEAD = struct.Struct(">BI")  # 0 for a picture and 1 for what went wrong, and how many bytes follow
LENGTH = struct.Struct(">I")


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer each request in turn: a length and JSON `{"form", "spec"}`."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        signal.alarm(0)
        wanted = json.loads(source.read(LENGTH.unpack(head)[0]))
        try:
            failed, answer = 0, drawn(wanted["spec"], wanted["form"])
        except ValueError as error:  # what vl-convert raises for everything that it cannot draw
            failed, answer = 1, str(error).encode()
        sink.write(HEAD.pack(failed, len(answer)) + answer)
        sink.flush()
        signal.alarm(IDLE)


def drawn(spec: Mapping[str, Any], form: str) -> bytes:
    """The picture as svg, png or pdf. Raises ValueError for what cannot be drawn."""
    import vl_convert  # noqa: PLC0415 - only here, in the process that draws

    # nothing is fetched: no address is allowed, and web.pictures lets none through
    facts: dict[str, Any] = {"vl_version": VERSION, "allowed_base_urls": []}
    forms: dict[str, Callable[[], str | bytes]] = {
        "svg": lambda: vl_convert.vegalite_to_svg(dict(spec), **facts),
        "png": lambda: vl_convert.vegalite_to_png(dict(spec), scale=SCALE, **facts),
        "pdf": lambda: vl_convert.vegalite_to_pdf(dict(spec), **facts),
    }
    picture = forms[form]()
    return picture.encode() if isinstance(picture, str) else picture


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes stdin when it is done
    serve(sys.stdin.buffer, sys.stdout.buffer)
