"""Why a line is not run."""


class ShellError(Exception):
    """A line that cannot be read or goes beyond a limit; `text` is a Japanese sentence for the learner."""

    def __init__(self, text: str, exit_code: int = 2) -> None:
        super().__init__(text)
        self.text = text
        self.exit_code = exit_code
