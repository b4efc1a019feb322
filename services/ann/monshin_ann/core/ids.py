"""Ids of points."""

MAX_ID = 512  # characters; the protos bound requests by the same number


def is_point_id(value: object) -> bool:
    """Whether a point may have this id: a text of 1 to 512 characters.

    Listings go on after an id, so that "" would never be listed; and one much longer fits no answer.
    >>> [is_point_id(value) for value in ("a", "", "a" * 513, None)]
    [True, False, False, False]
    """
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID
