"""The text bank: the encoded words of a vocabulary."""

from collections.abc import Sequence
from dataclasses import replace

from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.engine.classify import TextBank, add_prompts, average_synonyms
from proxyclip_geo.engine.directions import add_directions, neutralise
from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.vocabulary import UNCLASSIFIED, Vocabulary
from proxyclip_geo.vocabulary.descriptions import load_descriptions
from proxyclip_geo.vocabulary.directions import decode_direction


def make_bank(
    text: TextEncoder,
    vocabulary: Vocabulary,
    *,
    logit_scale: float,
    options: LabelOptions | None = None,
    progress: Progress = no_progress,
) -> TextBank:
    """Encode the words of a vocabulary.

    Args:
        text: The model's text encoder.
        vocabulary: The classes.
        logit_scale: The model's logit scale; a vocabulary may have its own.
        options: Options of synonyms, background and CLS feature.
        progress: Called while many words are encoded.

    Raises:
        VocabularyError: If a background word is also a word of a class.
    """
    options = options or LabelOptions()
    background = _check_background(vocabulary, options.background)
    count = len(vocabulary.classes)
    words = [*vocabulary.queries, *background]
    queries = text.encode(words, templates=vocabulary.templates, progress=progress)
    if options.descriptions:
        found = load_descriptions(words)
        prompts = {n: text.encode(sentences, templates=("{}",), progress=progress) for n, sentences in found.items()}
        queries = add_prompts(queries, prompts)
    bank = TextBank(
        queries=queries,
        query_class=(*vocabulary.query_class, *([count] * len(background))),
        values=(*vocabulary.values, *([0] if background else [])),
        biases=(*(item.bias for item in vocabulary.classes), *([0.0] if background else [])),
        thresholds=(*vocabulary.thresholds, *([0.0] if background else [])),
        logit_scale=logit_scale if vocabulary.logit_scale is None else vocabulary.logit_scale,
        nodata=vocabulary.nodata,
        debias=options.debias,
        background=int(bool(background)),
        fallback=UNCLASSIFIED if vocabulary.fallback_index is None else vocabulary.values[vocabulary.fallback_index],
    )
    bank = average_synonyms(bank) if options.synonyms == "mean" else replace(bank, synonyms=options.synonyms)
    bank = neutralise(bank, [index for index, item in enumerate(vocabulary.classes) if not item.synonyms])
    directions = {
        index: decode_direction(item.direction) for index, item in enumerate(vocabulary.classes) if item.direction
    }
    return add_directions(bank, directions) if directions else bank


def require_model(vocabulary: Vocabulary, *, name: str, sha256: str) -> None:
    """Check that the directions of a vocabulary are for the features of a model.

    Args:
        vocabulary: The classes.
        name: Name of the model.
        sha256: Checksum of its weights and constants.

    Raises:
        VocabularyError: If they are for another model.
    """
    if vocabulary.model_sha256 in (None, sha256):
        return
    learned, again = "learned from examples", "learn it again from examples"
    if vocabulary.adapted_to is not None:
        learned, again = f"adapted to scene '{vocabulary.adapted_to}'", "adapt its words again"
    other = f"model '{vocabulary.model}'"
    if vocabulary.model == name:
        other = (
            f"other weights of model '{name}' (sha256 {str(vocabulary.model_sha256)[:12]}… then, {sha256[:12]}… now)"
        )
    raise VocabularyError(
        f"vocabulary '{vocabulary.name}' was {learned} with {other}, whose features differ from those of "
        f"model '{name}'; {again} on a raster that this model encoded"
    )


def _check_background(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[str, ...]:
    known = {word.casefold(): item.name for item in vocabulary.classes for word in item.synonyms}
    for word in words:
        if word.casefold() in known:
            raise VocabularyError(
                f"'{word}' is a word of class '{known[word.casefold()]}' and cannot be background as well; leave it "
                "out of `background`"
            )
    return tuple(words)
