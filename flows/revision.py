"""The hash that names a flow's content."""

import hashlib
import json
from typing import Any


def revision(data: Any) -> str:
    """32 hexadecimal digits of SHA-256 over the plain data of a flow's YAML.

    Taken from what was written and not from the model: comments, quotes, formatting and the order of keys do
    not matter, and a later Echolot with more settings still finds the same name for an old flow. The order of the
    variants does matter: who gets which depends on it.
    """
    if isinstance(data, dict) and isinstance(data.get("variants"), dict):
        data = {**data, "variants": list(data["variants"].items())}
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:32]
