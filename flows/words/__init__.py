"""Words by language, as data: numbers, units, fillers, opt-out words. One TOML file per language."""
