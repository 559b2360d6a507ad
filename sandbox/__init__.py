"""Stand-ins for the providers that speak their real HTTP APIs, with faults on demand."""
