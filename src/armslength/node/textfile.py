"""Small text files that people write: terms, membership. The floors that understand them open no files."""

from __future__ import annotations

from pathlib import Path

from armslength.errors import InputError

LARGEST = 16 * 1024 * 1024


def read_text(path: Path, error: type[InputError]) -> str:
    """Return the text of a file.

    Raises:
        InputError: (as `error`) it cannot be opened, is too large to have been written by a person, or is not UTF-8.
    """
    name = str(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise error(
                "It is larger than 16 MiB.", where=name, remedy="Is it the right file? Terms are a page or two."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise error("There is no such file.", where=name, remedy="Check the path.") from None
    except IsADirectoryError:
        raise error("It is a folder.", where=name, remedy="Name the file in it.") from None
    except OSError as wrong:
        what = f"It cannot be read ({wrong.strerror or wrong})."
        raise error(what, where=name, remedy="Check its permissions.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        remedy = "Save the file as UTF-8 text; it may be a compressed or a word processor's file."
        raise error(f"Byte {wrong.start + 1} is not UTF-8.", where=f"{name}, line {line}", remedy=remedy) from None
