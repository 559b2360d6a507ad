"""HTTP: hooks, API, health, the demo page."""
