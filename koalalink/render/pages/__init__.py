"""Pages for a browser, each one file: no server, and nothing is fetched from elsewhere."""
