"""The subcommands, one subject a file."""
