// The team of 32 lanes without a device: every step of Warp (warp.h) over arrays of 32, in lockstep. Lockstep shows wrong
// arithmetic, not races.
#pragma once

#include <array>

#include "core/space.h"
#include "cuda/bitonic.h"

namespace grnnd {

struct EmulatedWarp {
  static constexpr u32 kLanes = 32;

  template <class F>
  void each(u32 count, F f) {
    for (u32 start = 0; start < count; start += kLanes)
      for (u32 lane = 0; lane < kLanes; ++lane)
        if (start + lane < count) f(start + lane);
  }

  template <class F>
  void once(F f) {
    f();
  }

  template <class Keep>
  u32 compact(u64* keys, u32 count, Keep keep) {
    u32 kept = 0;
    for (u32 start = 0; start < count; start += kLanes) {
      std::array<u64, kLanes> key{};
      u32 ballot = 0;
      for (u32 lane = 0; lane < kLanes; ++lane) {
        const u32 i = start + lane;
        key[lane] = i < count ? keys[i] : kEmpty;
        ballot |= static_cast<u32>(i < count && keep(i)) << lane;
      }
      for (u32 lane = 0; lane < kLanes; ++lane)
        if (ballot >> lane & 1) keys[kept + static_cast<u32>(__builtin_popcount(ballot & ((1u << lane) - 1)))] = key[lane];
      kept += static_cast<u32>(__builtin_popcount(ballot));
    }
    return kept;
  }

  void sort(u64* keys, u32 count) { sort_bitonic(*this, keys, count); }

  // A butterfly: after it every lane holds the sum.
  template <class T>
  T sum(std::array<T, kLanes> mine) {
    for (u32 step = kLanes / 2; step > 0; step /= 2) {
      const std::array<T, kLanes> before = mine;
      for (u32 lane = 0; lane < kLanes; ++lane) mine[lane] = before[lane] + before[lane ^ step];
    }
    return mine[0];
  }

  template <class Space>
  u32 distance(const Space& space, u32 a, u32 b) {
    std::array<typename Space::Sum, kLanes> mine;
    for (u32 lane = 0; lane < kLanes; ++lane) mine[lane] = space.partial(a, b, lane, kLanes);
    return Space::key(sum(mine));
  }

  template <class Space>
  u32 position(const Space& space, u32 a, u32 b, u32 v) {
    std::array<typename Space::Sum, kLanes> mine;
    for (u32 lane = 0; lane < kLanes; ++lane) mine[lane] = space.partial_product(a, b, v, lane, kLanes);
    return Space::position(sum(mine));
  }

  u64 atomic_min(u64* place, u64 value) {
    const u64 before = *place;
    if (value < before) *place = value;
    return before;
  }
};

}  // namespace grnnd
