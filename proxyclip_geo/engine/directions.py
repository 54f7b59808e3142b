"""Learned directions of classes in a text bank, and classes without words."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.errors import VocabularyError


def add_directions(bank: TextBank, directions: Mapping[int, NDArray[np.float32]]) -> TextBank:
    """Return a bank that adds to the logits of classes the products of features with (D,) directions.

    Raises:
        VocabularyError: If a direction has another length than the queries.
    """
    dim = bank.queries.shape[1]
    moved = torch.zeros(len(bank.values), dim)
    for index, direction in directions.items():
        if len(direction) != dim:
            raise VocabularyError(
                f"the direction of class {index + 1} has {len(direction)} numbers, but features have {dim}; learn it "
                "again from examples"
            )
        moved[index] = torch.from_numpy(direction) / bank.logit_scale
    return replace(bank, queries=bank.queries + moved[list(bank.query_class)].to(bank.queries))


def neutralise(bank: TextBank, classes: Collection[int]) -> TextBank:
    """Return a bank in which the query of each of some classes is the mean of those of the other classes.

    Such a class has no words. Whatever is common to all words stays in its logit, so that what is learned decides.

    Args:
        bank: Queries of words; those of the given classes are not used.
        classes: Indices of classes.
    """
    if not classes:
        return bank
    owner = torch.tensor(bank.query_class)
    others = [index for index in range(len(bank.values) - bank.background) if index not in classes]
    means = [bank.queries[owner == index].mean(dim=0) for index in others]
    neutral = torch.stack(means).mean(dim=0) if means else torch.zeros_like(bank.queries[0])
    return replace(
        bank, queries=torch.where(torch.isin(owner, torch.tensor(list(classes)))[:, None], neutral, bank.queries)
    )
