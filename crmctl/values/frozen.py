"""Immutable values with named fields, as frozen dataclasses are, at a tenth of their start-up cost.

`dataclasses` writes and compiles code for each class when it is imported: a millisecond a class,
and a list of records passes some forty of them on its way.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True, eq_default=True)
class Frozen:
    """Base of immutable values: fields are the annotations of the class, in their order.

    Equal when of one class with equal fields; a list or dict given as a default is copied.
    """

    _frozen_names: ClassVar[tuple[str, ...]] = ()
    _frozen_defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        own = list(cls.__annotations__)
        cls._frozen_names = (*cls._frozen_names, *own)
        cls._frozen_defaults = cls._frozen_defaults | {
            n: cls.__dict__[n] for n in own if n in cls.__dict__
        }
        setattr(cls, "__match_args__", cls._frozen_names)  # noqa: B010 (mypy keeps it final)

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip(self._frozen_names, values, strict=False))
        if len(values) > len(self._frozen_names) or given.keys() & named.keys():
            raise TypeError(f"{type(self).__name__} got too many values")
        given |= named
        for name, default in self._frozen_defaults.items():
            if name not in given:
                given[name] = default.copy() if isinstance(default, list | dict) else default
        if given.keys() != set(self._frozen_names):
            odd = sorted(given.keys() ^ set(self._frozen_names))
            raise TypeError(f"{type(self).__name__}: missing or unknown {', '.join(odd)}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the fields."""
        return cls._frozen_names

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The names of the fields that have no default."""
        return tuple(name for name in cls._frozen_names if name not in cls._frozen_defaults)

    def _frozen_values(self) -> tuple[Any, ...]:
        return tuple(self.__dict__[name] for name in self._frozen_names)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._frozen_values() == other._frozen_values()

    def __hash__(self) -> int:
        return hash((type(self), self._frozen_values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self._frozen_names)
        return f"{type(self).__name__}({shown})"

    def replaced(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**{**self.__dict__, **changes})
