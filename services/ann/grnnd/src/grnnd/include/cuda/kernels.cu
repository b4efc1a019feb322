// The kernels: one warp a vertex (or place, or node), four warps a block, scratch of each warp in shared memory. Compiled
// by NVRTC when first needed (nvrtc.py).
#include "cuda/kernels.h"
#include "cuda/warp.h"

using namespace grnnd;

namespace {

// Calls f(at) for every at < count, spread over all warps of the grid.
template <class F>
__device__ void each_team(u32 count, F f) {
  const u32 warps = gridDim.x * (blockDim.x / 32);
  for (u32 at = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; at < count; at += warps) f(at);
}

// This warp's share of the block's dynamic shared memory: `room` keys, then `room` u32.
struct Room {
  u64* keys;
  u32* lengths;
  __device__ explicit Room(u32 room) {
    extern __shared__ u64 memory[];
    const u32 warps = blockDim.x / 32, warp = threadIdx.x / 32;
    keys = memory + warp * room;
    lengths = reinterpret_cast<u32*>(memory + warps * room) + warp * room;
  }
};

}  // namespace

#define GRNND_POOLS u64 *rows, u64 *inboxes, u32 capacity, u32 inbox
#define GRNND_THE_POOLS \
  Pools { rows, inboxes, capacity, inbox }

extern "C" {

__global__ void choose(u32 count, u32 room, const u32* ids, const u32* slot_of, const u32* nodes, u32 places, u32 seed, u64* choices) {
  Warp team;
  each_team(count, [&](u32 at) { choose_step(team, at, ids, slot_of, nodes, places, seed, choices); });
}

__global__ void absorb_rows(u32 count, u32 room, GRNND_POOLS) {
  Warp team;
  Room mine(room);
  each_team(count, [&](u32 u) { absorb(team, GRNND_THE_POOLS, u, mine.keys); });
}

__global__ void reverse_rows(u32 count, u32 room, GRNND_POOLS, u32 share, u32 seed) {
  Warp team;
  each_team(count, [&](u32 u) { reverse(team, GRNND_THE_POOLS, u, share, seed); });
}

// The kernels that measure distances, once for each kind of points. `points`, `order`, `width`: rows, null and bytes a
// row of codes; rows, order and dim of floats.
#define GRNND_MEASURING(suffix, Space, make)                                                                                    \
  __global__ void pick_##suffix(u32 count, u32 room, const void* points, const u32* order, u32 width, const u64* choices,       \
                                u32* lines) {                                                                                   \
    Warp team;                                                                                                                  \
    const Space space = make;                                                                                                   \
    each_team(count, [&](u32 at) { pick_step(team, at, space, choices, lines); });                                              \
  }                                                                                                                             \
  __global__ void position_##suffix(u32 count, u32 room, const void* points, const u32* order, u32 width, const u32* ids,       \
                                    const u32* slot_of, const u32* nodes, const u32* lines, u32 seed, u64* keys) {              \
    Warp team;                                                                                                                  \
    const Space space = make;                                                                                                   \
    each_team(count, [&](u32 at) { position_step(team, at, space, ids, slot_of, nodes, lines, seed, keys); });                  \
  }                                                                                                                             \
  __global__ void join_##suffix(u32 count, u32 room, const void* points, const u32* order, u32 width, GRNND_POOLS,              \
                                const u32* ids, const u32* leaf_of, const u32* bounds) {                                        \
    Warp team;                                                                                                                  \
    Room mine(room);                                                                                                            \
    const Space space = make;                                                                                                   \
    each_team(count, [&](u32 at) {                                                                                              \
      join_step(team, at, space, GRNND_THE_POOLS, ids, leaf_of, bounds, mine.lengths, mine.keys);                               \
    });                                                                                                                         \
  }                                                                                                                             \
  __global__ void refine_##suffix(u32 count, u32 room, const void* points, const u32* order, u32 width, GRNND_POOLS,            \
                                  u32 order_seed) {                                                                             \
    Warp team;                                                                                                                  \
    Room mine(room);                                                                                                            \
    const Space space = make;                                                                                                   \
    each_team(count, [&](u32 u) { refine(team, space, GRNND_THE_POOLS, u, order_seed, mine.keys); });                           \
  }                                                                                                                             \
  __global__ void prune_##suffix(u32 count, u32 room, const void* points, const u32* order, u32 width, GRNND_POOLS, u32 degree, \
                                 u32 slack, u32* out) {                                                                         \
    Warp team;                                                                                                                  \
    Room mine(room);                                                                                                            \
    const Space space = make;                                                                                                   \
    each_team(count, [&](u32 u) { prune_step(team, u, space, GRNND_THE_POOLS, degree, slack, mine.keys, out); });               \
  }

GRNND_MEASURING(codes, CodeSpace, (CodeSpace{static_cast<const u8*>(points), width}))
GRNND_MEASURING(points, FloatSpace, (FloatSpace{static_cast<const float*>(points), order, width}))
GRNND_MEASURING(products, ProductSpace, (ProductSpace{{static_cast<const float*>(points), order, width}}))

}  // extern "C"
