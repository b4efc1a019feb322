"""What object stores behind fsspec raise when they cannot be used."""

_DRIVERS = ("fsspec", "s3fs", "botocore", "aiobotocore", "aiohttp")  # whose errors of the network are no OSErrors


def is_failure(error: BaseException) -> bool:
    """Whether a store, a disk or the network between failed, rather than our code."""
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in _DRIVERS
