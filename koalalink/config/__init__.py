"""config.toml and the keys it speaks of."""
