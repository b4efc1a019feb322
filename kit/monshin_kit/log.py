"""JSON logs that cannot carry a patient's text: fixed messages, and extra fields by allow-list."""

import json
import logging
import sys
import threading
import time
import traceback

from opentelemetry import trace

from monshin_kit.errors import InvalidInput

ALLOWED_FIELDS = frozenset(
    {
        "service", "rpc", "code", "reason", "error_id", "duration_ms", "count", "size_bytes", "port", "target",
        "resource_hash", "state", "attempt", "path", "backend", "model", "setting", "error_type", "url",
        "role", "chore", "revision",
    }
)  # fmt: skip


LEVELS = ("debug", "info", "warning", "error")
_OURS = ("monshin", "__main__")
_log = logging.getLogger("monshin_kit.log")


def configure(level: str) -> None:
    """Sends all logging of the process to stderr, one JSON object a line; and what Python itself would write there:
    warnings, and errors that nobody caught. Raises InvalidInput for an unknown level."""
    if level.lower() not in LEVELS:
        raise InvalidInput(f"MONSHIN_LOG_LEVEL is {level!r}, but must be one of {', '.join(LEVELS)}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, stack: _log.critical("uncaught error", exc_info=error)
    threading.excepthook = lambda args: _log.error("uncaught error in a thread", exc_info=args.exc_value)
    sys.unraisablehook = lambda args: _log.error("error that could not be raised", exc_info=args.exc_value)


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, message, trace and span ids, and the allowed extra fields.

    The message is the template, without its arguments, so that a library that logs `"bad value %r"` does not leak
    the value; a library's message that has no arguments may be filled already (asyncio's are), so that only the place
    is named. An exception is written as its type and the lines of code, without its words.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": _template(record),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = trace.format_trace_id(span.trace_id)
            line["span_id"] = trace.format_span_id(span.span_id)
        line.update({key: record.__dict__[key] for key in ALLOWED_FIELDS & record.__dict__.keys()})
        if record.exc_info and record.exc_info[0] is not None:
            line["error_type"] = record.exc_info[0].__name__
            line["stack"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(line, ensure_ascii=False)


def _template(record: logging.LogRecord) -> str:
    is_template = bool(record.args) or record.name.startswith(_OURS)
    if isinstance(record.msg, str) and is_template:
        return record.msg
    return f"(words withheld) {record.module}:{record.lineno}"
