"""SIFT-like descriptors of the photos inside the wheels of scikit-learn and scikit-image: real, and no download."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PHOTOS = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "page.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip
_BINS, _CELLS, _CELL_PX, _STRIDE_PX = 8, 4, 4, 4


def descriptors(count: int, seed: int = 0) -> NDArray[np.float32]:
    """`count` gradient histograms of dim 128 (4 × 4 cells, 8 directions, two scales), integers 0 to 255, shuffled.

    As Lowe's SIFT (IJCV 2004) on a dense grid: smoothed by σ = 1.6 px, weighted by a Gaussian, normalised, clipped at
    0.2, normalised again.
    """
    from PIL import Image
    from skimage import data as skimage_data
    from sklearn import datasets  # for its photos

    folders = (Path(skimage_data.__file__).parent, Path(datasets.__file__).parent / "images")
    files = [folders[0] / name for name in PHOTOS] + [folders[1] / name for name in ("china.jpg", "flower.jpg")]
    found = []
    for file in files:
        photo = Image.open(file).convert("L")
        for scale in (1.0, 0.6):
            size = (int(photo.width * scale), int(photo.height * scale))
            found.append(_of_photo(np.asarray(photo.resize(size), dtype=np.float32)))
    everything = np.concatenate(found)
    if count > len(everything):
        raise ValueError(f"{count} descriptors asked for, the photos give {len(everything)}")
    return everything[np.random.default_rng(seed).permutation(len(everything))[:count]]


def _of_photo(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    from skimage.filters import gaussian  # of the benchmarks' own packages, which tests do without

    rise, run = np.gradient(gaussian(grey, 1.6))
    length = np.hypot(rise, run)
    direction = (np.arctan2(rise, run) + np.pi) / (2 * np.pi) * _BINS
    apart = np.abs(direction[..., None] - np.arange(_BINS))
    planes = np.maximum(1 - np.minimum(apart, _BINS - apart), 0) * length[..., None]  # shared by the two nearest bins
    sums = np.zeros((planes.shape[0] + 1, planes.shape[1] + 1, _BINS))
    sums[1:, 1:] = planes.cumsum(axis=0).cumsum(axis=1)
    cells = (
        sums[_CELL_PX:, _CELL_PX:] - sums[:-_CELL_PX, _CELL_PX:] - sums[_CELL_PX:, :-_CELL_PX]
        + sums[:-_CELL_PX, :-_CELL_PX]
    )  # fmt: skip
    patch = _CELLS * _CELL_PX
    rows = np.arange(0, grey.shape[0] - patch + 1, _STRIDE_PX)
    columns = np.arange(0, grey.shape[1] - patch + 1, _STRIDE_PX)
    offsets = np.arange(_CELLS) * _CELL_PX
    picked = cells[(rows[:, None, None, None] + offsets[:, None]), (columns[:, None, None] + offsets)]
    near = np.exp(-(((np.arange(_CELLS) - 1.5) / 2) ** 2) / 2)
    flat = (picked * (near[:, None] * near)[..., None]).reshape(-1, _CELLS * _CELLS * _BINS)
    flat = flat[np.linalg.norm(flat, axis=1) > 10]  # an even patch has no direction
    unit = np.minimum(flat / np.linalg.norm(flat, axis=1, keepdims=True), 0.2)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return np.minimum(np.round(unit * 512), 255).astype(np.float32)
