"""One outside thing each: child processes, files, TOML and YAML files, git."""
