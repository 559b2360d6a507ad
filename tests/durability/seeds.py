"""Chance that can be repeated: each test prints its seed, and ECHOLOT_SEED replays it."""

import os
import random


def fresh_seed() -> int:
    """A seed nobody knew before, or the one of the run to be replayed. Printed, so that pytest shows it on failure."""
    seed = int(os.environ.get("ECHOLOT_SEED") or random.SystemRandom().randrange(2**32))
    print(f"replay with ECHOLOT_SEED={seed}")  # pytest shows it
    return seed
