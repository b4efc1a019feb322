"""The object store that OpenSearch shares with its builder, through fsspec: S3, or what speaks its protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, Protocol

from monshin_kit import durable, object_store
from monshin_kit.errors import FailedPrecondition, InvalidInput, Unavailable

_CHUNK_BYTES = 16 * 1024 * 1024
_PART_BYTES = 64 * 1024 * 1024  # S3 takes 10,000 parts of an upload
_PARTS_AT_ONCE = 4
_UPLOAD_COPIES = 2  # of a part, or of a whole object that is not cut into parts; measured
_TIMEOUT_S = 20
_RETRIES = 4  # s3fs waits up to 3 s between them


class ObjectStore(Protocol):
    """Where vectors come from and indexes go to. Its errors say what to do, without the name of an object."""

    def download(self, bucket: str, key: str, size_bytes: int, target: BinaryIO, stop: Event) -> None:
        """Copies an object of exactly this size, in bounded chunks; ends early, silently, once `stop` is set.

        Raises FailedPrecondition if it is not there, may not be read or has another size; Unavailable if the store
        does not answer; OSError (durable.is_full) if the disk is full.
        """

    def upload(self, source: Path, bucket: str, key: str) -> None:
        """The whole object appears at once, or nothing does. Raises as `download`."""


class S3Store:
    """endpoint: such as `https://minio:9000`; empty: AWS, or AWS_ENDPOINT_URL.

    Credentials as usual with AWS: environment, shared files, or the role of the machine or pod.
    """

    def __init__(self, endpoint: str) -> None:
        from s3fs import S3FileSystem  # type: ignore[import-untyped]

        self._files: Any = S3FileSystem(
            endpoint_url=endpoint or None,
            config_kwargs={"connect_timeout": _TIMEOUT_S, "read_timeout": _TIMEOUT_S, "retries": {"max_attempts": 2}},
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        self._files.retries = _RETRIES

    def download(self, bucket: str, key: str, size_bytes: int, target: BinaryIO, stop: Event) -> None:
        """As in the protocol. Each chunk asks for the version that was found first, so that none are mixed."""
        with _explained(), self._files.open(_path(bucket, key), "rb", cache_type="none") as source:
            if source.size != size_bytes:
                raise FailedPrecondition(
                    f"an object has {source.size} bytes, but doc_count, dimension and data_type make {size_bytes}"
                )
            left = size_bytes
            while left and not stop.is_set():
                chunk = source.read(min(left, _CHUNK_BYTES))
                if not chunk:
                    raise Unavailable("an object ended before its end: the object store cut it off")
                target.write(chunk)
                left -= len(chunk)

    def upload(self, source: Path, bucket: str, key: str) -> None:
        """As in the protocol: one request, or parts that S3 joins when the last has arrived and drops if one fails."""
        with _explained():
            self._files.put_file(str(source), _path(bucket, key), chunksize=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)


def upload_bytes(size_bytes: int) -> int:
    """Memory at most, while an object of this size is uploaded."""
    return _UPLOAD_COPIES * min(size_bytes, _PARTS_AT_ONCE * _PART_BYTES)


def _path(bucket: str, key: str) -> str:
    if "?versionId=" in key:  # s3fs would take what is before it for the key
        raise InvalidInput("a key must not hold '?versionId='")
    return f"{bucket}/{key}"


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise FailedPrecondition("an object or its bucket is not there") from None
    except PermissionError:
        raise FailedPrecondition("the object store refuses our credentials for this bucket") from None
    except Exception as error:
        is_ours = durable.is_full(error)  # of the file that is written to
        if is_ours or not object_store.is_failure(error):
            raise
        raise Unavailable(f"the object store cannot be used ({type(error).__name__})") from error
