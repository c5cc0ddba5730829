"""Durable boundaries by name, and a way to die at one on purpose.

``@boundary("ledger.sending")`` on a method says that something is durable once it has returned:
what a death before it and after it means has to be known, and is tried. The mark costs nothing: it
gives back the very method. Only ``arm`` puts something around it, where an operator allowed it.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

MethodT = TypeVar("MethodT", bound=Callable[..., Any])
Which = Callable[..., str]

BOUNDARIES: dict[str, tuple[Callable[..., Any], Which | None]] = {}
"""Each name with its method, and how its calls are told apart where it has several names."""
MOMENTS = ("before", "after")


def boundary(*names: str, which: Which | None = None) -> Callable[[MethodT], MethodT]:
    """Mark a method of a class of a module.

    Args:
        names: what it is called in all; one, unless ``which`` tells them apart.
        which: the name of a call, from its arguments.
    """

    def mark(method: MethodT) -> MethodT:
        for name in names:
            if name in BOUNDARIES:
                raise ValueError(f"Two boundaries are called {name!r}.")
            BOUNDARIES[name] = (method, which)
        return method

    return mark


def arm(directory: Path) -> None:
    """Let each process that meets a point kill itself, once for each file of ``directory``.

    A file is called after a boundary and a moment: ``ledger.sending.before``. Who removes it dies:
    of several processes at one point only one does. Files may be added at any time.
    """
    for method, which in set(BOUNDARIES.values()):
        owner: Any = sys.modules[method.__module__]
        *classes, name = method.__qualname__.split(".")
        for part in classes:
            owner = getattr(owner, part)
        setattr(owner, name, _mortal(method, which, directory))


def _mortal(method: Callable[..., Any], which: Which | None, directory: Path) -> Callable[..., Any]:
    (alone, *_) = [name for name, (marked, _) in BOUNDARIES.items() if marked is method]

    @functools.wraps(method)
    def call(*arguments: Any, **values: Any) -> Any:
        name = which(*arguments, **values) if which else alone
        _die_if_there(directory / f"{name}.before")
        done = method(*arguments, **values)
        _die_if_there(directory / f"{name}.after")
        return done

    return call


def _die_if_there(point: Path) -> None:
    try:
        point.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
