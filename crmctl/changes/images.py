"""What a change set does to one file: the stretch of documents that differ, and two digests.

With the digests a file can be told as it was before, as it is after, or edited since; with the
stretch it can be made the one out of the other, to the byte. It consists of whole documents, so
that each can come back as it stood when the rest of the file has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from crmctl.storage.files import FileText, digest_of, encoded
from crmctl.storage.reader import SEPARATOR
from crmctl.storage.streams import documents_of
from crmctl.values.frozen import Frozen


class Text(NamedTuple):
    """A file to be written: as it is now, and as it will be; None where there is none.

    `order`: the ids of its records as they stand now, if it is a stream that loses some. `like`: a
    file whose owner and rights a new one gets.
    """

    path: str
    old: FileText | None
    new: str | None
    bom: bool
    order: Sequence[str] = ()
    like: str | None = None


class Image(Frozen):
    """One file of a change set.

    `path` is below records/. `before` and `after` are digests of the whole file, None where there
    is none. After the first `at` characters `cut` gives way to `put`, whole documents both; `bom`
    says whether the file begins with a byte order mark. `order` and `like` are those of `Text`.
    """

    path: str
    before: str | None
    after: str | None
    at: int
    cut: str
    put: str
    bom: bool
    order: Sequence[str] = ()
    like: str | None = None

    @classmethod
    def between(
        cls,
        path: str,
        old: FileText | None,
        text: str | None,
        bom: bool,
        order: Sequence[str] = (),
        like: str | None = None,
    ) -> Self:
        """The image of a file that is `old` now and gets `text`; None for no file."""
        was, new = old.text if old else "", text or ""
        start, end = _differing(was, new)
        return cls(
            path,
            old.digest if old else None,
            None if text is None else digest_of(encoded(text, bom)),
            start,
            was[start : len(was) - end],
            new[start : len(new) - end],
            bom,
            [*order],
            like,
        )

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """The image in a line of a journal."""
        names = [name for name in cls.names() if name in line]
        return cls(path=line["file"], **{name: line[name] for name in names})

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

    def before_and_after(self) -> tuple[dict[str, str], dict[str, str]]:
        """The documents that differ, and some beside them, by id, as they were and became."""
        return documents_of(self.cut), documents_of(self.put)

    def _with(self, text: str, old: str, new: str) -> str:
        return text[: self.at] + new + text[self.at + len(old) :]


def _differing(was: str, new: str) -> tuple[int, int]:
    """How many characters two texts have in common before and behind the documents that differ."""
    start = _common(was, new)
    end = _common(was[start:][::-1], new[start:][::-1])
    edges = [{0, len(text), *(m.start() for m in SEPARATOR.finditer(text))} for text in (was, new)]
    ahead = (at for at in edges[0] & edges[1] if at <= start)
    behind = {len(was) - at for at in edges[0]} & {len(new) - at for at in edges[1]}
    return max(ahead), max(size for size in behind if size <= end)


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
