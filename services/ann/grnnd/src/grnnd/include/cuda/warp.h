// The team of 32 CUDA lanes. All lanes call everything together; `each` and `compact` share the work, the rest is the same
// for all. Under 80 lines, and no cleverness: races here are what no test without a device would show.
#pragma once

#include "core/space.h"
#include "cuda/bitonic.h"

namespace grnnd {

struct Warp {
  static constexpr u32 kAll = 0xffffffffu;
  u32 lane = threadIdx.x % 32;

  template <class F>
  __device__ void each(u32 count, F f) {
    __syncwarp();
    for (u32 i = lane; i < count; i += 32) f(i);
    __syncwarp();
  }

  template <class F>
  __device__ void once(F f) {
    __syncwarp();
    if (lane == 0) f();
    __syncwarp();
  }

  // Reads 32 keys before it writes any of them; what is written never lies behind what is still to be read.
  template <class Keep>
  __device__ u32 compact(u64* keys, u32 count, Keep keep) {
    u32 kept = 0;
    for (u32 start = 0; start < count; start += 32) {
      const u32 i = start + lane;
      const u64 key = i < count ? keys[i] : kEmpty;
      const bool is_kept = i < count && keep(i);
      const u32 ballot = __ballot_sync(kAll, is_kept);
      __syncwarp();
      if (is_kept) keys[kept + __popc(ballot & ((1u << lane) - 1))] = key;
      kept += __popc(ballot);
      __syncwarp();
    }
    return kept;
  }

  __device__ void sort(u64* keys, u32 count) { sort_bitonic(*this, keys, count); }

  template <class T>
  __device__ T sum(T mine) {
    for (u32 step = 16; step > 0; step /= 2) mine += __shfl_xor_sync(kAll, mine, step);
    return mine;
  }

  template <class Space>
  __device__ u32 distance(const Space& space, u32 a, u32 b) {
    return Space::key(sum(space.partial(a, b, lane, 32)));
  }

  template <class Space>
  __device__ u32 position(const Space& space, u32 a, u32 b, u32 v) {
    return Space::position(sum(space.partial_product(a, b, v, lane, 32)));
  }

  __device__ u64 atomic_min(u64* place, u64 value) { return atomicMin(place, value); }
};

}  // namespace grnnd
