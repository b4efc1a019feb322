"""The models of this server, by name."""

from collections.abc import Iterator, Sequence

from monshin_kit.errors import InvalidInput, NotFound

from monshin_embed.core.model import Model


class Registry:
    """At least one model; the first is the default. Raises InvalidInput if two have one name."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = {model.card.name: model for model in models}
        if len(self._models) < len(models):
            raise InvalidInput(f"two models have one name: {[model.card.name for model in models]}")

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def get(self, name: str) -> Model:
        """The model `models/{id}`; the default one for an empty name. Raises NotFound."""
        if not name:
            return next(iter(self))
        if name not in self._models:
            raise NotFound("model", name)
        return self._models[name]

    def close(self) -> None:
        """Ends all model threads."""
        for model in self:
            model.close()
