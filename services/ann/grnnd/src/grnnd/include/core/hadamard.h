// A random rotation in n log n: signs, Hadamard transform, twice (Ailon, Chazelle, STOC 2006).
#pragma once

#include <cmath>

#include "edge.h"

namespace grnnd {

// The next power of two, at least 64, so that a row of bits is whole words.
inline u32 padded_dim(u32 dim) {
  u32 width = 64;
  while (width < dim) width *= 2;
  return width;
}

// out = P(x - centre), of length padded_dim(dim).
inline void rotate_centred(const float* x, u32 dim, const float* centre, float* out) {
  const u32 width = padded_dim(dim);
  for (u32 i = 0; i < width; ++i) out[i] = i < dim ? x[i] - centre[i] : 0;
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  for (u32 pass = 1; pass <= 2; ++pass) {
    for (u32 i = 0; i < width; ++i) out[i] = hash32(i, pass) & 1 ? out[i] * scale : -out[i] * scale;
    for (u32 half = 1; half < width; half *= 2)
      for (u32 start = 0; start < width; start += 2 * half)
        for (u32 i = start; i < start + half; ++i) {
          const float a = out[i], b = out[i + half];
          out[i] = a + b;
          out[i + half] = a - b;
        }
  }
}

}  // namespace grnnd
