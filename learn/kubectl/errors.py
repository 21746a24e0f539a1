"""What stops a command; the text is what the client prints on stderr."""


class CommandError(Exception):
    """A command that ends with an exit code other than 0; `text` is printed as it stands."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.exit_code = exit_code


class UsageError(Exception):
    """A command line that the parser refuses; the command adds `error: ` and its own hint."""
