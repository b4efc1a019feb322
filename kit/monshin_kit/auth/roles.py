"""Roles and the scopes that each holds."""

from collections.abc import Iterable, Mapping
from importlib import resources

import yaml

from monshin_kit.errors import InvalidInput


class Roles:
    """The table of `roles.yaml`, or of a hospital's own file."""

    def __init__(self, scopes_of: Mapping[str, Iterable[str]]) -> None:
        self._scopes_of = {role: frozenset(scopes) for role, scopes in scopes_of.items()}

    @classmethod
    def load(cls, text: str | None = None) -> "Roles":
        """From YAML text; without, the bundled table. Raises InvalidInput if it is not role → list of scopes."""
        if text is None:
            text = resources.files("monshin_kit.auth").joinpath("roles.yaml").read_text()
        try:
            table = yaml.safe_load(text)
        except yaml.YAMLError:
            raise InvalidInput("the roles file is not YAML") from None
        if not isinstance(table, dict) or not all(isinstance(scopes, list) for scopes in table.values()):
            raise InvalidInput("the roles file must map each role to a list of scopes")
        return cls(table)

    @property
    def names(self) -> tuple[str, ...]:
        """All roles, in the order of the file."""
        return tuple(self._scopes_of)

    def scopes(self, roles: Iterable[str]) -> frozenset[str]:
        """The union of the roles' scopes; an unknown role holds none."""
        return frozenset().union(*(self._scopes_of.get(role, frozenset()) for role in roles))
