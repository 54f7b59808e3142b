"""The published equations of the models, written down plainly: one image, one head and one window at a time.

Functions take the state dict of a model under the names of open_clip or timm. Nothing of the package is used.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import conv2d, gelu, interpolate, layer_norm, linear, normalize, pad

State = dict[str, Tensor]


def part(state: State, prefix: str) -> State:
    """Return the entries below a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def norm(tokens: Tensor, state: State, name: str, eps: float) -> Tensor:
    return layer_norm(tokens, tokens.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], eps)


def dense(tokens: Tensor, state: State, name: str) -> Tensor:
    return linear(tokens, state[f"{name}.weight"], state.get(f"{name}.bias"))


def quick_gelu(x: Tensor) -> Tensor:
    return x * torch.sigmoid(1.702 * x)


def attend(joint: Tensor, heads: int, *, turn: Callable[[Tensor], Tensor] = lambda x: x) -> Tensor:
    """Self-attention of (N, 3·D) queries, keys and values."""
    found = []
    width = joint.shape[1] // 3
    for head in range(heads):
        place = slice(head * width // heads, (head + 1) * width // heads)
        query, key, value = (joint[:, index * width : (index + 1) * width][:, place] for index in range(3))
        scores = turn(query) @ turn(key).T / math.sqrt(width // heads)
        found.append(scores.softmax(dim=1) @ value)
    return torch.cat(found, dim=1)


def embed(pixels: Tensor, state: State, name: str) -> tuple[Tensor, tuple[int, int]]:
    """Patches of a (3, H, W) image: (h·w, D) tokens, row by row, and (h, w)."""
    weight = state[f"{name}.weight"]
    maps = conv2d(pixels[None], weight, state.get(f"{name}.bias"), stride=weight.shape[-1])[0]
    return maps.flatten(1).T, (maps.shape[1], maps.shape[2])


def resize_grid(square: Tensor, grid: tuple[int, int], **how: object) -> Tensor:
    """(n², C) on a square → (h·w, C), bicubic."""
    side = math.isqrt(len(square))
    maps = square.T.reshape(1, -1, side, side)
    return interpolate(maps, mode="bicubic", align_corners=False, **how)[0].reshape(-1, grid[0] * grid[1]).T


def offset(square: Tensor, grid: tuple[int, int]) -> Tensor:
    """As DINO v1 and ProxyCLIP resize position embeddings."""
    side = math.isqrt(len(square))
    factors = ((grid[0] + 0.1) / side, (grid[1] + 0.1) / side)
    return square if grid == (side, side) else resize_grid(square, grid, scale_factor=factors)


def exact(square: Tensor, grid: tuple[int, int]) -> Tensor:
    """As MAE resizes position embeddings."""
    return resize_grid(square, grid, size=grid)


def antialias(square: Tensor, grid: tuple[int, int]) -> Tensor:
    """As DINOv2 with registers resizes position embeddings."""
    return resize_grid(square, grid, size=grid, antialias=True)


def clip_values(state: State, pixels: Tensor, *, heads: int, activation: Callable[[Tensor], Tensor]) -> Tensor:
    """The values of CLIP's last attention, (D, h, w)."""
    tokens, grid = embed(pixels, state, "conv1")
    positions = state["positional_embedding"]
    tokens = torch.cat([state["class_embedding"][None], tokens])
    tokens = norm(tokens + torch.cat([positions[:1], offset(positions[1:], grid)]), state, "ln_pre", 1e-5)
    depth = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("transformer.resblocks."))
    for index in range(depth):
        block = part(state, f"transformer.resblocks.{index}.")
        joint = linear(norm(tokens, block, "ln_1", 1e-5), block["attn.in_proj_weight"], block["attn.in_proj_bias"])
        if index == depth - 1:
            return joint[1:, -tokens.shape[1] :].T.reshape(-1, *grid)
        tokens = tokens + dense(attend(joint, heads), block, "attn.out_proj")
        hidden = activation(dense(norm(tokens, block, "ln_2", 1e-5), block, "mlp.c_fc"))
        tokens = tokens + dense(hidden, block, "mlp.c_proj")
    raise AssertionError


def proxy_clip(state: State, values: Tensor, features: Tensor, *, beta: float, gamma: float) -> Tensor:
    """Dense features (E, h, w) of unit length from CLIP's values and the features (C, h, w) of another model."""
    grid = features.shape[1:]
    tokens = interpolate(values[None], size=grid, mode="bilinear", align_corners=False)[0].flatten(1).T
    unit = normalize(features.flatten(1), dim=0)
    similarity = unit.T @ unit
    scores = gamma * (similarity - beta * similarity.mean())
    scores[(scores < 0) & ~torch.eye(len(scores), dtype=torch.bool)] = -math.inf
    last = max(int(name.split(".")[2]) for name in state if name.startswith("transformer.resblocks."))
    mixed = dense(scores.softmax(dim=1) @ tokens, state, f"transformer.resblocks.{last}.attn.out_proj")
    found = normalize(norm(mixed, state, "ln_post", 1e-5) @ state["proj"], dim=1)
    return found.T.reshape(-1, *grid)


def run_vit(tokens: Tensor, state: State, *, heads: int, eps: float = 1e-6, **attention: object) -> Tensor:
    """The blocks and the final norm of a ViT of DINO, DINOv2, DINOv3 or MAE."""
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    for index in range(depth):
        block = part(state, f"blocks.{index}.")
        one = block.get("ls1.gamma", block.get("gamma_1", 1))
        two = block.get("ls2.gamma", block.get("gamma_2", 1))
        joint = dense(norm(tokens, block, "norm1", eps), block, "attn.qkv")
        tokens = tokens + one * dense(attend(joint, heads, **attention), block, "attn.proj")
        hidden = gelu(dense(norm(tokens, block, "norm2", eps), block, "mlp.fc1"))
        tokens = tokens + two * dense(hidden, block, "mlp.fc2")
    return norm(tokens, state, "norm", eps)


def vit(state: State, pixels: Tensor, *, heads: int, resize: Callable[[Tensor, tuple[int, int]], Tensor]) -> Tensor:
    """DINO v1, MAE (positions for the class token, too) and DINOv2 with registers (not for it): (C, h, w)."""
    tokens, grid = embed(pixels, state, "patch_embed.proj")
    positions, first = state["pos_embed"][0], state["cls_token"][0]
    registers = state.get("reg_token", torch.zeros(1, 0, len(first[0])))[0]
    if len(registers) == 0:
        first, positions = first + positions[:1], positions[1:]
    tokens = torch.cat([first, registers, tokens + resize(positions, grid)])
    return run_vit(tokens, state, heads=heads)[1 + len(registers) :].T.reshape(-1, *grid)


def dinov3(state: State, pixels: Tensor, *, heads: int) -> Tensor:
    """DINOv3 with rotary positions: (C, h, w)."""
    tokens, grid = dinov3_tokens(state, pixels, heads=heads)
    return tokens[-grid[0] * grid[1] :].T.reshape(-1, *grid)


def dinov3_tokens(state: State, pixels: Tensor, *, heads: int) -> tuple[Tensor, tuple[int, int]]:
    """Class, register and patch tokens of DINOv3, (N, C), and the grid of the latter."""
    tokens, grid = embed(pixels, state, "patch_embed.proj")
    prefix = torch.cat([state["cls_token"][0], state["reg_token"][0]])
    width = tokens.shape[1] // heads
    periods = 100 ** (torch.arange(width // 4) / (width // 4))
    rows, cols = ((2 * (torch.arange(side) + 0.5) / side - 1) for side in grid)
    places = torch.stack(torch.meshgrid(rows, cols, indexing="ij"), dim=2).reshape(-1, 2)
    angles = (2 * math.pi * places[:, :, None] / periods).flatten(1).repeat(1, 2)

    def turn(x: Tensor) -> Tensor:
        before, after = x[: len(prefix)], x[len(prefix) :]
        half = torch.cat([-after[:, width // 2 :], after[:, : width // 2]], dim=1)
        return torch.cat([before, after * angles.cos() + half * angles.sin()])

    return run_vit(torch.cat([prefix, tokens]), state, heads=heads, eps=1e-5, turn=turn), grid


def sam(state: State, pixels: Tensor, *, heads: int, window: int, everywhere: tuple[int, ...]) -> Tensor:
    """SAM's image encoder, its input of the native size: (256, h, w) from the neck."""
    tokens, (height, width) = embed(pixels, state, "patch_embed.proj")
    maps = tokens.reshape(height, width, -1) + state["pos_embed"][0]
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    for index in range(depth):
        block = part(state, f"blocks.{index}.")
        normed = norm(maps, block, "norm1", 1e-6)
        side = max(height, width) if index in everywhere else window
        padded = pad(normed, (0, 0, 0, -width % side, 0, -height % side))
        mixed = torch.empty_like(padded)
        for top in range(0, len(padded), side):
            for left in range(0, padded.shape[1], side):
                tile = padded[top : top + side, left : left + side]
                mixed[top : top + side, left : left + side] = attend_with_places(tile, block, heads)
        maps = maps + mixed[:height, :width]
        maps = maps + dense(gelu(dense(norm(maps, block, "norm2", 1e-6), block, "mlp.fc1")), block, "mlp.fc2")
    neck = conv2d(maps.permute(2, 0, 1)[None], state["neck.0.weight"])
    neck = norm(neck.permute(0, 2, 3, 1), state, "neck.1", 1e-6).permute(0, 3, 1, 2)
    neck = conv2d(neck, state["neck.2.weight"], padding=1)
    return norm(neck.permute(0, 2, 3, 1), state, "neck.3", 1e-6)[0].permute(2, 0, 1)


def attend_with_places(tile: Tensor, block: State, heads: int) -> Tensor:
    """Self-attention of (n, n, D) tokens with SAM's decomposed relative positions."""
    side, width = len(tile), tile.shape[2]
    joint = dense(tile.reshape(-1, width), block, "attn.qkv")
    found = []
    for head in range(heads):
        place = slice(head * width // heads, (head + 1) * width // heads)
        query, key, value = (joint[:, index * width : (index + 1) * width][:, place] for index in range(3))
        scores = query @ key.T / math.sqrt(width // heads)
        for one in range(side * side):
            for other in range(side * side):
                down, right = one // side - other // side, one % side - other % side
                scores[one, other] += query[one] @ block["attn.rel_pos_h"][down + side - 1]
                scores[one, other] += query[one] @ block["attn.rel_pos_w"][right + side - 1]
        found.append(scores.softmax(dim=1) @ value)
    return dense(torch.cat(found, dim=1), block, "attn.proj").reshape(side, side, width)


def tips(state: State, pixels: Tensor, *, heads: int) -> Tensor:
    """TIPSv2's patch features, (D, h, w): the last block uses its values only."""
    tokens, grid = embed(pixels, state, "patch_embed.proj")
    positions = state["pos_embed"][0]
    first = state["cls_token"][0] + positions[:1]
    tokens = torch.cat([first, state["register_tokens"][0], tokens + antialias(positions[1:], grid)])
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    for index in range(depth):
        block = part(state, f"blocks.{index}.")
        joint = dense(norm(tokens, block, "norm1", 1e-6), block, "attn.qkv")
        mixed = attend(joint, heads) if index < depth - 1 else joint.chunk(3, dim=1)[2]
        tokens = tokens + block["ls1.gamma"] * dense(mixed, block, "attn.proj")
        hidden = gelu(dense(norm(tokens, block, "norm2", 1e-6), block, "mlp.fc1"))
        tokens = tokens + block["ls2.gamma"] * dense(hidden, block, "mlp.fc2")
    patches = norm(tokens, state, "norm", 1e-6)[1 + len(state["register_tokens"][0]) :]
    return patches.T.reshape(-1, *grid)


def tips_text(state: State, ids: list[int], *, heads: int) -> Tensor:
    """TIPS' feature of a sentence."""
    width = state["token_embedding.weight"].shape[1]
    place = torch.arange(len(ids))[:, None] / 10_000 ** (torch.arange(width // 2) / (width // 2 - 1))
    tokens = state["token_embedding.weight"][ids] * width**0.5 + torch.cat([place.sin(), place.cos()], dim=1)
    depth = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("transformer.resblocks."))
    for index in range(depth):
        block = part(state, f"transformer.resblocks.{index}.")
        joint = linear(norm(tokens, block, "ln_1", 1e-5), block["attn.in_proj_weight"], block["attn.in_proj_bias"])
        tokens = tokens + dense(attend(joint, heads), block, "attn.out_proj")
        hidden = dense(norm(tokens, block, "ln_2", 1e-5), block, "mlp.c_fc").relu()
        tokens = tokens + dense(hidden, block, "mlp.c_proj")
    return norm(tokens, state, "ln_final", 1e-5).mean(dim=0)


def dinotxt_head(state: State, tokens: Tensor, *, heads: int) -> Tensor:
    """The head of dino.txt on all tokens (N, D) of DINOv3."""
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    for index in range(depth):
        block = part(state, f"blocks.{index}.")
        joint = dense(norm(tokens, block, "norm1", 1e-5), block, "attn.qkv")
        tokens = tokens + block["ls1.gamma"] * dense(attend(joint, heads), block, "attn.proj")
        normed = norm(tokens, block, "norm2", 1e-5)
        gate = dense(normed, block, "mlp.w1")
        hidden = gate * torch.sigmoid(gate) * dense(normed, block, "mlp.w2")
        tokens = tokens + block["ls2.gamma"] * dense(hidden, block, "mlp.w3")
    return norm(tokens, state, "ln_final", 1e-5)


def dinotxt_text(state: State, ids: list[int], *, heads: int) -> Tensor:
    """The second half of dino.txt's feature of a sentence; a token sees those before it."""
    tokens = state["backbone.token_embedding.weight"][ids] + state["backbone.positional_embedding"][: len(ids)]
    depth = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("backbone.blocks."))
    width = tokens.shape[1] // heads
    for index in range(depth):
        block = part(state, f"backbone.blocks.{index}.")
        joint = dense(norm(tokens, block, "attention_norm", 1e-5), block, "attention.qkv")
        query, key, value = (half.reshape(len(ids), heads, width) for half in joint.chunk(3, dim=1))
        mixed = []
        for now in range(len(ids)):
            scores = (query[now] * key[: now + 1]).sum(dim=2) / math.sqrt(width)
            mixed.append((scores.softmax(dim=0)[:, :, None] * value[: now + 1]).sum(dim=0).flatten())
        tokens = tokens + dense(torch.stack(mixed), block, "attention.proj")
        hidden = gelu(dense(norm(tokens, block, "ffn_norm", 1e-5), block, "feed_forward.fc1"))
        tokens = tokens + dense(hidden, block, "feed_forward.fc2")
    tokens = norm(tokens, state, "backbone.ln_final", 1e-5)
    found = state["head.linear_projection.weight"] @ tokens[torch.tensor(ids).argmax()]
    return found[len(found) // 2 :]
