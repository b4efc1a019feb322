// The three kinds of points that graphs are built over. A distance is a u32 key that sorts like the number: the integer
// itself for codes, the bits of a non-negative float for floats, the bits of a product put in order for products.
#pragma once

#include "edge.h"

namespace grnnd {

constexpr u32 kLineAttempts = 4;  // pairs of points that a node of a tree draws for a line through two different ones

#ifdef __CUDACC__
__device__ __forceinline__ u32 float_key(float x) { return __float_as_uint(x); }
__device__ __forceinline__ float key_float(u32 key) { return __uint_as_float(key); }
#else
inline u32 float_key(float x) {
  u32 bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}
inline float key_float(u32 key) {
  float x;
  __builtin_memcpy(&x, &key, 4);
  return x;
}
#endif

// Of any float, negative ones too.
GRNND_HD u32 sortable(float x) {
  const u32 bits = float_key(x + 0.0f);  // +0: -0 equals 0
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// One byte a dimension, 0 to 127, rows padded with zeros to a multiple of 64 bytes. Seven bits, not eight, so that a
// difference fits a signed byte: AVX-512 VNNI then needs three instructions for 64 dimensions, CUDA two for four.
// All sums are integers: every machine finds the same distances, and so builds the same graph.
struct CodeSpace {
  using Sum = u32;
  const u8* rows;
  u32 row_bytes;

  GRNND_HD const u8* row(u32 v) const { return rows + static_cast<u64>(v) * row_bytes; }

  // The share of one of `lanes` lanes in the distance; the sum over all lanes is the distance.
  GRNND_HD u32 partial(u32 a, u32 b, u32 lane, u32 lanes) const {
    const u32* x = reinterpret_cast<const u32*>(row(a));
    const u32* y = reinterpret_cast<const u32*>(row(b));
    u32 sum = 0;
    for (u32 i = lane; i < row_bytes / 4; i += lanes) sum = add_squares(x[i], y[i], sum);
    return sum;
  }
  GRNND_HD static u32 key(u32 sum) { return sum; }

  // The lane's share of the product of row v with the line from b to a; the sum, as `position`, sorts the points of it.
  // Unsigned arithmetic wraps round to the signed sum.
  GRNND_HD u32 partial_product(u32 a, u32 b, u32 v, u32 lane, u32 lanes) const {
    u32 sum = 0;
    for (u32 i = lane; i < row_bytes; i += lanes) sum += (static_cast<u32>(row(a)[i]) - row(b)[i]) * row(v)[i];
    return sum;
  }
  GRNND_HD static u32 position(u32 sum) { return sum ^ 0x80000000u; }
  // slack: in 1/256, so that integers stay integers.
  GRNND_HD static u32 stretched(u32 key, u32 slack) {
    u64 longer = static_cast<u64>(key) * slack >> 8;
    return longer > kNone ? kNone : static_cast<u32>(longer);
  }

  GRNND_HD static u32 add_squares(u32 x, u32 y, u32 sum) {
#ifdef __CUDACC__
    u32 apart = __vabsdiffu4(x, y);
    return __dp4a(apart, apart, sum);
#else
    for (u32 shift = 0; shift < 32; shift += 8) {
      int apart = static_cast<int>(x >> shift & 255) - static_cast<int>(y >> shift & 255);
      sum += static_cast<u32>(apart * apart);
    }
    return sum;
#endif
  }

#ifndef __CUDACC__
  u32 distance(u32 a, u32 b) const;  // scalar.h
  void prefetch(u32 v) const;
#endif
};

// float32 rows in the caller's order; vertex v is row order[v]. Integer-valued data whose sums stay below 2²⁴ gives the
// same distances everywhere, other data the same on every machine with the same instruction set.
struct FloatSpace {
  using Sum = float;
  const float* rows;
  const u32* order;
  u32 dim;

  GRNND_HD const float* row(u32 v) const { return rows + static_cast<u64>(order[v]) * dim; }

  GRNND_HD float partial(u32 a, u32 b, u32 lane, u32 lanes) const {
    const float* x = row(a);
    const float* y = row(b);
    float sum = 0;
    for (u32 i = lane; i < dim; i += lanes) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sum;
  }
  GRNND_HD static u32 key(float sum) { return float_key(sum); }

  GRNND_HD float partial_product(u32 a, u32 b, u32 v, u32 lane, u32 lanes) const {
    float sum = 0;
    for (u32 i = lane; i < dim; i += lanes) sum += (row(a)[i] - row(b)[i]) * row(v)[i];
    return sum;
  }
  GRNND_HD static u32 position(float sum) { return sortable(sum); }
  GRNND_HD static u32 stretched(u32 key, u32 slack) {
    return float_key(key_float(key) * (static_cast<float>(slack) / 256.0f));
  }

#ifndef __CUDACC__
  u32 distance(u32 a, u32 b) const;  // scalar.h
  void prefetch(u32 v) const;
#endif
};

// Largest inner product first, of points whose last coordinate does not count (metric.py puts them on a sphere by it). The
// rule of relative neighbourhoods then reads: v leaves u where a kept w has w·v > u·v (ip-NSW: Morozov, Babenko, NeurIPS
// 2018). Nothing stretches such keys: products have no scale that a slack could mean.
struct ProductSpace : FloatSpace {
  GRNND_HD float partial(u32 a, u32 b, u32 lane, u32 lanes) const {
    const float* x = row(a);
    const float* y = row(b);
    float sum = 0;
    for (u32 i = lane; i < dim - 1; i += lanes) sum += x[i] * y[i];
    return sum;
  }
  GRNND_HD static u32 key(float sum) { return ~sortable(sum); }
  GRNND_HD static u32 stretched(u32 key, u32) { return key; }

#ifndef __CUDACC__
  u32 distance(u32 a, u32 b) const;  // scalar.h
#endif
};

}  // namespace grnnd
