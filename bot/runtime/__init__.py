"""The durable shell around the engine: intake, route, worker, dispatcher, ticker, office, supervisor."""
