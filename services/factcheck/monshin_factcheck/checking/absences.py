"""What was to take part in a check and did not."""

from collections.abc import Mapping


class Absences(dict[str, str]):
    """Component → name of a status, as a summary tells it. given_up: those that are not asked again in this check; the
    others failed at single claims."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        super().__init__(known or {})
        self.given_up: set[str] = set()

    def give_up(self, component: str, status: str) -> None:
        """Notes one that will not be asked again."""
        self[component] = status
        self.given_up.add(component)
