"""Recognise messages of the worker by their templates, without Qt and QGIS."""

import re

_PLACE = re.compile(r"\{\d+\}")
_SETTING = re.compile(r"[\w.]+=('[^']*'|[\w+.-]+)")
_SEPARATORS = ("; ", ". ", ", ")
_FEWEST_LETTERS = 12
_DEEPEST = 6
_MOST_PIECES = 4
"""A message in a list holds fewer of the list's separators."""
_VALUE = "(.*?)"
_APPENDIX = r"((?:(?: \(|; | and | If | … ).*)?)"
"""What follows a value directly: nothing, or a text that is joined to it."""
_NAME = r"""(?:\S* = )?(?:\S*|'[^']*'|"[^"]*")"""
_NO_SENTENCE = re.compile(rf"{_NAME}(?:, {_NAME})*|\S*[/\\].*", re.DOTALL)
"""Names, numbers and paths: values in a template of few letters, which a text of a library could resemble."""


class Templates:
    """Translates messages: finds the template of a message, and puts its values into the translated template."""

    def __init__(self, texts, *, translate, finish):
        """Store the templates.

        Args:
            texts: Templates, with places such as {0}.
            translate: Returns the translation of a template.
            finish: Returns a translated template, or a value that is no message, as it is shown.
        """
        self._translate = translate
        self._finish = finish
        split = ((text, [part.replace("{{", "{").replace("}}", "}") for part in _PLACE.split(text)]) for text in texts)
        # The more letters a template has, the more it says.
        self._known = sorted(split, key=lambda item: -sum(map(len, item[1])))
        self._patterns = {}

    def translate(self, message):
        """Return a message in the user's language; parts that are not known stay as they are."""
        return self._read(message, _DEEPEST) or self._finish(message)

    def _read(self, message, depth):
        """Return the translation of a message, or None if no part of it is known."""
        whole = self._read_one(message, depth)
        if whole is not None or not depth:
            return whole
        lists = (self._read_list(message.split(separator), separator, depth) for separator in _SEPARATORS)
        return next((found for found in lists if found is not None), None)

    def _read_one(self, message, depth):
        """Return the translation of one message, also after the name of what it is about and a colon, or None."""
        if not depth or not message:
            return None
        for text, parts in self._known:
            if all(part in message for part in parts):
                values = self._match(text, parts, message, depth)
                if values is not None:
                    return self._finish(self._translate(text)).format(*values)
        subject, colon, rest = message.partition(": ")
        known = [self._read(subject, depth - 1), self._read_one(rest, depth)] if colon else []
        return f"{known[0] or subject}: {known[1] or self._show(rest)}" if any(known) else None

    def _read_list(self, pieces, separator, depth):
        """Return the translation of messages in a row, or None if none is known."""
        shown, known, start = [], False, 0
        while len(pieces) > 1 and start < len(pieces):
            for end in range(min(start + _MOST_PIECES, len(pieces)), start, -1):
                found = self._read_one(separator.join(pieces[start:end]), depth - 1)
                if found is not None:
                    break
            known = known or found is not None
            shown.append(self._show(pieces[start]) if found is None else found)
            start = end
        return separator.join(shown) if known else None

    def _show(self, value):
        """Return a value as it is, but a setting such as name=value as the user knows it."""
        return self._finish(value) if _SETTING.fullmatch(value) else value

    def _match(self, text, parts, message, depth):
        """Return the values in a message, in the user's language, or None if it is not of this template."""
        if text not in self._patterns:
            places = [_APPENDIX if n and not parts[n] else _VALUE for n in range(len(parts) - 1)]
            pattern = "".join(re.escape(part) + place for part, place in zip(parts, [*places, ""]))
            self._patterns[text] = re.compile(pattern, re.DOTALL)
        found = self._patterns[text].fullmatch(message)
        if found is None:
            return None
        known = [self._read(value, depth - 1) for value in found.groups()]
        is_short = sum(map(str.isalpha, "".join(parts))) < _FEWEST_LETTERS
        if is_short and not all(new or _NO_SENTENCE.fullmatch(old) for new, old in zip(known, found.groups())):
            return None
        return [new or self._show(old) for new, old in zip(known, found.groups())]
