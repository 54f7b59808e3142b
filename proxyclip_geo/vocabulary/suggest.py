"""What the user may have meant."""

import difflib
from collections.abc import Iterable


def suggest(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" for a mistyped word, or nothing where none is close.

    >>> suggest("loveada", ["loveda", "potsdam"])
    " (did you mean 'loveda'?)"
    """
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold()[:200], by_folded, n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(repr(by_folded[match]) for match in close)}?)" if close else ""
