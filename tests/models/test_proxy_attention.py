import numpy as np
import torch

from proxyclip_geo.models.proxy_attention import proxy_attention


def straightforward(features: np.ndarray, beta: float, gamma: float) -> np.ndarray:
    """The paper's equations for one image, token by token."""
    tokens = features.reshape(features.shape[0], -1).T.astype(np.float64)
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    similarity = tokens @ tokens.T
    mean = similarity.mean()
    weights = np.zeros_like(similarity)
    for row in range(len(tokens)):
        scores = {
            column: gamma * (value - beta * mean)
            for column, value in enumerate(similarity[row])
            if gamma * (value - beta * mean) >= 0 or column == row
        }
        total = sum(np.exp(value) for value in scores.values())
        for column, value in scores.items():
            weights[row, column] = np.exp(value) / total
    return weights


def test_equals_the_equations_for_any_batch() -> None:
    features = torch.randn(3, 12, 5, 7, generator=torch.Generator().manual_seed(1)) + 0.4
    weights = proxy_attention(features, beta=1.2, gamma=3.0).numpy()
    for image, found in zip(features.numpy(), weights, strict=True):
        np.testing.assert_allclose(found, straightforward(image, 1.2, 3.0), atol=1e-5)


def test_an_image_does_not_depend_on_its_batch_mates() -> None:
    generator = torch.Generator().manual_seed(2)
    one, other = torch.randn(2, 1, 8, 6, 6, generator=generator).unbind(0)
    together = proxy_attention(torch.cat([one, other * 0 + 1]), beta=1.2, gamma=3.0)
    torch.testing.assert_close(together[:1], proxy_attention(one, beta=1.2, gamma=3.0))


def test_a_flat_image_attends_to_itself_and_is_never_nan() -> None:
    weights = proxy_attention(torch.ones(1, 4, 3, 3), beta=1.2, gamma=3.0)
    torch.testing.assert_close(weights[0], torch.eye(9))


def test_zero_features_are_never_nan() -> None:
    weights = proxy_attention(torch.zeros(1, 4, 3, 3), beta=1.2, gamma=3.0)
    torch.testing.assert_close(weights.sum(-1), torch.ones(1, 9))
