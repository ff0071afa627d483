"""What a worker says of an exception, checked: student code may have changed the worker, which then says anything.

Whatever is no reply becomes one with the status "senseless", and no text is longer than an honest worker's: what reads
replies need not ask for types, and cannot be kept busy by a text.
"""

from collections.abc import Mapping
from typing import Any

# As the worker cuts them: worker.py.
MAX_TEXT = 2000
MAX_NAME = 100
MAX_BASES = 20
SENSELESS = "the worker sent a reply that makes no sense"


def checked(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reply that says what it should, its texts cut; what is returned as a value is not looked at.

    Parameters
    ----------
    reply : mapping
        Of a worker.

    Examples
    --------
    >>> checked({"status": "raised", "type": "ValueError", "message": 3})
    {'status': 'senseless'}
    """
    if not isinstance(reply.get("status"), str):
        # An array would be compared element by element.
        return {"status": "senseless"}
    match reply:
        case {"status": "returned"}:
            return dict(reply)
        case {"status": "missing"}:
            return {"status": "missing"}
        case {"status": "unsendable", "message": str(message)}:
            return {"status": "unsendable", "message": shortened(message)}
        case {"status": "raised", "type": str(kind), "message": str(message)}:
            line, code, bases = reply.get("line"), reply.get("code"), reply.get("bases")
            names = bases if isinstance(bases, list) else []
            return {
                "status": "raised",
                "type": kind[:MAX_NAME],
                "message": shortened(message),
                "line": line if isinstance(line, int) and 0 < line < 1 << 31 else None,
                "code": shortened(code) if isinstance(code, str) else None,
                "bases": [name[:MAX_NAME] for name in names[:MAX_BASES] if isinstance(name, str)],
            }
    return {"status": "senseless"}


def shortened(text: str, most: int = MAX_TEXT) -> str:
    r"""Cut a text that is too long in its middle: Numba says at the end in which line it was.

    Examples
    --------
    >>> shortened("abcdefgh", 4)
    'ab\n…\ngh'
    """
    return text if len(text) <= most else f"{text[: most // 2]}\n…\n{text[-most // 2 :]}"
