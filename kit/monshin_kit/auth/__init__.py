"""Who calls, and what they may do."""

from monshin_kit.auth.caller import ANONYMOUS, Caller, current_caller, set_caller
from monshin_kit.auth.keys import FileKeys, KeySource, UrlKeys
from monshin_kit.auth.roles import Roles
from monshin_kit.auth.verifier import Verifier

__all__ = [
    "ANONYMOUS",
    "Caller",
    "FileKeys",
    "KeySource",
    "Roles",
    "UrlKeys",
    "Verifier",
    "current_caller",
    "set_caller",
]
