"""The text bank: the encoded words of a vocabulary."""

from collections.abc import Sequence
from dataclasses import replace

from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.engine.classify import TextBank, average_synonyms
from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.vocabulary import Vocabulary


def make_bank(
    text: TextEncoder, vocabulary: Vocabulary, *, logit_scale: float, options: LabelOptions | None = None
) -> TextBank:
    """Encode the words of a vocabulary.

    Args:
        text: The model's text encoder.
        vocabulary: The classes.
        logit_scale: The model's logit scale; a vocabulary may have its own.
        options: Options of synonyms, background and CLS feature.

    Raises:
        VocabularyError: If a background word is also a word of a class.
    """
    options = options or LabelOptions()
    background = _check_background(vocabulary, options.background)
    count = len(vocabulary.classes)
    bank = TextBank(
        queries=text.encode([*vocabulary.queries, *background], templates=vocabulary.templates),
        query_class=(*vocabulary.query_class, *([count] * len(background))),
        values=(*vocabulary.values, *([0] if background else [])),
        biases=(*(item.bias for item in vocabulary.classes), *([0.0] if background else [])),
        thresholds=(*vocabulary.thresholds, *([0.0] if background else [])),
        logit_scale=logit_scale if vocabulary.logit_scale is None else vocabulary.logit_scale,
        nodata=vocabulary.nodata,
        debias=options.debias,
        background=int(bool(background)),
    )
    if options.synonyms == "mean":
        return average_synonyms(bank)
    return replace(bank, synonyms=options.synonyms)


def _check_background(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[str, ...]:
    known = {word.casefold(): item.name for item in vocabulary.classes for word in item.synonyms}
    for word in words:
        if word.casefold() in known:
            raise VocabularyError(
                f"'{word}' is a word of class '{known[word.casefold()]}' and cannot be background as well; leave it "
                "out of `background`"
            )
    return tuple(words)
