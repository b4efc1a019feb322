"""The resources of a source, and what their references mean."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir.node import Node

MAX_RESOURCES = 5000
# Others hold old versions, or orders to a server.
_TYPES = frozenset({"document", "collection", "searchset", "message"})


class Chart:
    """A Bundle's resources in their order, or a single one."""

    def __init__(self, root: Node) -> None:
        self._resources = list(_entries(root)) if root.kind == "Bundle" else [(root, "")]
        self._known: dict[str, Node] = {}
        for resource, full_url in self._resources:
            if resource.id:
                self._known.setdefault(f"{resource.kind}/{resource.id}", resource)
            if full_url:
                self._known.setdefault(full_url, resource)

    def resources(self) -> Iterator[tuple[Node, str]]:
        """Each with the name that evidence calls it by: `Observation/k-0402`, or its place `Bundle.entry[3]`."""
        for place, (resource, _) in enumerate(self._resources):
            yield resource, f"{resource.kind}/{resource.id}" if resource.id else f"Bundle.entry[{place}]"

    def find(self, reference: Node) -> Node | None:
        """What a Reference means: contained in its own resource, or elsewhere in the Bundle."""
        name = reference.text("reference")
        if name.startswith("#"):
            owner = next((one for one, _ in self._resources if reference.path.startswith(one.path + ".")), None)
            inside = owner.children("contained") if owner is not None else ()
            return next((one for one in inside if one.id == name[1:]), None)
        return self._known.get(name)


def _entries(bundle: Node) -> Iterator[tuple[Node, str]]:
    if bundle.text("type") not in _TYPES:
        raise bundle.refuse("type", f"one of {', '.join(sorted(_TYPES))} is needed", "BUNDLE_TYPE")
    for place, entry in enumerate(bundle.children("entry")):
        if place == MAX_RESOURCES:
            raise bundle.refuse("entry", f"at most {MAX_RESOURCES} resources are read", "TOO_MANY")
        resource = entry.child("resource")
        if resource is not None:
            if not resource.kind:
                raise resource.refuse("resourceType", "a resource needs one", "NOT_FHIR")
            yield resource, entry.text("fullUrl")
