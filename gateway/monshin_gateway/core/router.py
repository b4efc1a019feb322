"""Finds the method that an HTTP request means."""

from collections.abc import Iterable
from dataclasses import dataclass

from monshin_gateway.core.methods import Method, Rule
from monshin_gateway.core.refusals import MethodNotAllowed, NoSuchPath


@dataclass(frozen=True, slots=True)
class Route:
    """A method found, and the fields that the path gave."""

    method: Method
    rule: Rule
    path_fields: dict[str, str]


class Router:
    """All rules, the most specific first. Raises ValueError if two match the same paths."""

    def __init__(self, methods: Iterable[Method]) -> None:
        pairs = [(method, rule) for method in methods for rule in method.rules]
        owners: dict[object, Method] = {}
        for method, rule in pairs:
            first = owners.setdefault((rule.verb, rule.template.shape), method)
            if first is not method:
                raise ValueError(f"{first.full_name} and {method.full_name} are bound to the same path")
        self._pairs = sorted(pairs, key=lambda pair: pair[1].template.rank)

    def find(self, verb: str, raw_path: str) -> Route:
        """The route of a request. Raises NoSuchPath, or MethodNotAllowed if the path serves other verbs."""
        allowed: set[str] = set()
        for method, rule in self._pairs:
            path_fields = rule.template.match(raw_path)
            if path_fields is None:
                continue
            if rule.verb == verb:
                return Route(method, rule, path_fields)
            allowed.add(rule.verb)
        if allowed:
            raise MethodNotAllowed(verb, sorted(allowed))
        raise NoSuchPath
