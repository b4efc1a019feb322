"""What lexical search counts: content words in one shape, and names by what they stand for."""

from collections.abc import Iterable

from monshin_factcheck.core.aliases.table import AliasTable, builtin_aliases
from monshin_factcheck.core.rules.statement import key
from monshin_factcheck.core.rules.weights import is_content
from monshin_factcheck.core.text.language import guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser


class Terms:
    """Cuts texts into terms with one analyser and, before the built-in one, a table of names of one's own."""

    def __init__(self, analyser: Analyser, aliases: AliasTable | None = None) -> None:
        self._analyser = analyser
        self._aliases = (builtin_aliases(),) if aliases is None else (aliases, builtin_aliases())

    def knowing(self, *tables: AliasTable) -> "Terms":
        """The same with more tables: a name counts as all that it may stand for, so ambiguous ones do no harm."""
        made = Terms(self._analyser)
        made._aliases = (*tables, *self._aliases)
        return made

    @property
    def analyser(self) -> Analyser:
        """What cuts texts into words here."""
        return self._analyser

    def of(self, text: str) -> list[str]:
        """Terms in order, repeated as often as they stand there; lower case."""
        plain = normalise(text).text
        language = guess_language(plain)
        names = names_in(plain, self._aliases)
        return names + [key(word) for word in self._analyser.words(plain) if is_content(word, language)]


def names_in(text: str, tables: Iterable[AliasTable]) -> list[str]:
    """Terms of the names of these tables alone."""
    plain = normalise(text).text
    return [hit.canonical.lower() for table in tables for hit in table.find(plain)]
