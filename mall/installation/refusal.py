"""What the set-up says when a machine cannot do what is asked of it: one sentence in two languages, no traceback."""


class InstallationRefused(Exception):
    """This machine, or what was configured on it, does not allow the step; the text names the way out.

    `chinese` and `english` are whole sentences meant for the terminal.
    """

    def __init__(self, chinese: str, *, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
