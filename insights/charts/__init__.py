"""Charts as Vega-Lite specifications, each with its table and its meaning in words; one draws page, PNG and PDF."""
