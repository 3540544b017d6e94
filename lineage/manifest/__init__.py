"""The format of ``*.lineage.toml`` and its log: as plain tables, as files, by its id."""
