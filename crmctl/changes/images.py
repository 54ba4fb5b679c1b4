"""What a change set does to one file: the one stretch of text that differs, and two digests.

With the digests a file can be told as it was before, as it is after, or edited since; with the
stretch it can be made the one out of the other, to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from crmctl.storage.files import FileText, digest_of, encoded
from crmctl.values.frozen import Frozen


class Text(NamedTuple):
    """A file to be written: as it is now, and as it will be; None where there is none."""

    path: str
    old: FileText | None
    new: str | None
    bom: bool


class Image(Frozen):
    """One file of a change set.

    `path` is below records/. `before` and `after` are digests of the whole file, None where there
    is none. After the first `at` characters `cut` gives way to `put`; `bom` says whether the file
    begins with a byte order mark.
    """

    path: str
    before: str | None
    after: str | None
    at: int
    cut: str
    put: str
    bom: bool

    @classmethod
    def between(cls, path: str, old: FileText | None, text: str | None, bom: bool) -> Self:
        """The image of a file that is `old` now and gets `text`; None for no file."""
        was, new = old.text if old else "", text or ""
        start = _common(was, new)
        end = _common(was[start:][::-1], new[start:][::-1])
        return cls(
            path,
            old.digest if old else None,
            None if text is None else digest_of(encoded(text, bom)),
            start,
            was[start : len(was) - end],
            new[start : len(new) - end],
            bom,
        )

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """The image in a line of a journal."""
        return cls(**{name: line["file" if name == "path" else name] for name in cls.names()})

    def written(self) -> dict[str, Any]:
        """The line of a journal."""
        rest = {name: getattr(self, name) for name in self.names() if name != "path"}
        return {"file": self.path, **rest}

    def forward(self, text: str) -> str | None:
        """The text after the change; `text` is the one before."""
        return None if self.after is None else self._with(text, self.cut, self.put)

    def backward(self, text: str) -> str | None:
        """The text before the change; `text` is the one after."""
        return None if self.before is None else self._with(text, self.put, self.cut)

    def _with(self, text: str, old: str, new: str) -> str:
        return text[: self.at] + new + text[self.at + len(old) :]


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
