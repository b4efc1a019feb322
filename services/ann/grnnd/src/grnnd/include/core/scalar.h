// The team of one: a CPU thread.
#pragma once

#include <algorithm>

#include "simd.h"
#include "space.h"

namespace grnnd {

inline u32 CodeSpace::distance(u32 a, u32 b) const { return simd::squared_code_distance(row(a), row(b), row_bytes); }
inline void CodeSpace::prefetch(u32 v) const { simd::prefetch(row(v), row_bytes); }
inline u32 FloatSpace::distance(u32 a, u32 b) const { return float_key(simd::squared_distance(row(a), row(b), dim)); }
inline u32 ProductSpace::distance(u32 a, u32 b) const { return key(simd::product(row(a), row(b), dim - 1)); }
inline void FloatSpace::prefetch(u32 v) const { simd::prefetch(row(v), dim * sizeof(float)); }

struct Scalar {
  u64 distances = 0;  // how many were computed

  template <class F>
  void each(u32 count, F f) {
    for (u32 i = 0; i < count; ++i) f(i);
  }

  template <class F>
  void once(F f) {
    f();
  }

  template <class Keep>
  u32 compact(u64* keys, u32 count, Keep keep) {
    u32 kept = 0;
    for (u32 i = 0; i < count; ++i) {
      u64 key = keys[i];
      if (keep(i)) keys[kept++] = key;
    }
    return kept;
  }

  void sort(u64* keys, u32 count) { std::sort(keys, keys + count); }

  template <class Space>
  u32 distance(const Space& space, u32 a, u32 b) {
    ++distances;
    return space.distance(a, b);
  }

  template <class Space>
  void prefetch(const Space& space, u32 v) {
    space.prefetch(v);
  }

  u64 atomic_min(u64* place, u64 value) {
    u64 before = __atomic_load_n(place, __ATOMIC_RELAXED);
    while (value < before && !__atomic_compare_exchange_n(place, &before, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return before;
  }
};

}  // namespace grnnd
