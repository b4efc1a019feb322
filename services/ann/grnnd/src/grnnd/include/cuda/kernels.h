// What each kernel does for its `at`-th team: the same code for CUDA (kernels.cu) and its emulation (emulated.cpp). The
// steps are those of build.h and tree.h; the loop around them is on_device.py's.
#pragma once

#include "core/algorithm.h"

namespace grnnd {

// Where points are told apart: by distance, which under inner product is not what edges are measured in.
GRNND_HD const CodeSpace& lengths_of(const CodeSpace& space) { return space; }
GRNND_HD const FloatSpace& lengths_of(const FloatSpace& space) { return space; }

// One warp for 32 places of `ids`: offers each id for both ends of its node's lines. choices: nodes × attempts × 2.
template <class Team>
GRNND_HD void choose_step(Team& team, u32 at, const u32* ids, const u32* slot_of, const u32* nodes, u32 count, u32 seed, u64* choices) {
  const u32 start = at * 32;
  team.each(count - start < 32 ? count - start : 32, [&](u32 i) {
    const u32 id = ids[start + i];
    const u32 slot = slot_of[start + i];
    if (slot == kNone) return;  // of a leaf
    for (u32 attempt = 0; attempt < kLineAttempts; ++attempt) {
      const u32 random = hash32(seed + attempt, nodes[slot]);
      u64* ends = choices + (static_cast<u64>(slot) * kLineAttempts + attempt) * 2;
      team.atomic_min(ends, static_cast<u64>(hash32(id ^ random)) << 32 | id);
      team.atomic_min(ends + 1, static_cast<u64>(hash32(id ^ hash32(random))) << 32 | id);
    }
  });
}

// One warp a node: the first pair of different points. lines: nodes × 2.
template <class Team, class Space>
GRNND_HD void pick_step(Team& team, u32 at, const Space& space, const u64* choices, u32* lines) {
  u32 a = 0, b = 0;
  for (u32 attempt = 0; attempt < kLineAttempts; ++attempt) {
    const u64* ends = choices + (static_cast<u64>(at) * kLineAttempts + attempt) * 2;
    a = static_cast<u32>(ends[0]);
    b = static_cast<u32>(ends[1]);
    if (team.distance(lengths_of(space), a, b) != 0) break;
  }
  team.once([&] {
    lines[2 * at] = a;
    lines[2 * at + 1] = b;
  });
}

// One warp a place: where its point lies along the line of its node. Places of leaves keep their order.
template <class Team, class Space>
GRNND_HD void position_step(Team& team, u32 at, const Space& space, const u32* ids, const u32* slot_of, const u32* nodes,
                            const u32* lines, u32 seed, u64* keys) {
  const u32 slot = slot_of[at];
  if (slot == kNone) {
    team.once([&] { keys[at] = at; });
    return;
  }
  const u32 mask = hash32(seed, nodes[slot]) & kIdMask;
  const u32 position = team.position(space, lines[2 * slot], lines[2 * slot + 1], ids[at]);
  team.once([&] { keys[at] = static_cast<u64>(position) << 32 | (ids[at] ^ mask); });
}

// One warp a place of a finished tree: offers its vertex the others of its leaf. lengths: room for a leaf.
template <class Team, class Space>
GRNND_HD void join_step(Team& team, u32 at, const Space& space, const Pools& pools, const u32* ids, const u32* leaf_of,
                        const u32* bounds, u32* lengths, u64* keys) {
  const u32 start = bounds[leaf_of[at]];
  const u32 size = bounds[leaf_of[at] + 1] - start;
  const u32 u = ids[at];
  for (u32 i = 0; i < size; ++i) {
    const u32 length = team.distance(space, u, ids[start + i]);
    team.once([&] { lengths[i] = length; });
  }
  offer(team, pools, u, ids + start, lengths, size, keys);
}

template <class Team, class Space>
GRNND_HD void prune_step(Team& team, u32 u, const Space& space, const Pools& pools, u32 degree, u32 slack, u64* keys, u32* out) {
  const u32 owned = collect(team, pools, u, keys);
  prune(team, space, u, keys, owned, degree, slack, out + static_cast<u64>(u) * degree);
}

}  // namespace grnnd
