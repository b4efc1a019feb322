// GRNND (Li, Chang, Li, Miyazaki, arXiv:2510.02774) on top of RNN-Descent (Ono, Matsui, arXiv:2310.20419), one vertex
// at a time. Written once over a team: `Scalar` is one CPU thread, `Warp` 32 CUDA lanes, `EmulatedWarp` 32 lanes in a
// loop. A team offers (see scalar.h)
//
//   each(n, f)           f(i) for every i < n, then all see what was written
//   once(f)              f() by one lane, then all see what was written
//   compact(keys, n, f)  keeps keys[i] where f(i), in order; the number kept
//   sort(keys, n)        ascending; keys has room up to the next power of two
//   distance(space,a,b)  the same value for every lane
//   atomic_min(p, x)     the value before
//
// On a device teams also grow the trees (kernels.h), so those of 32 lanes offer beside it
//
//   position(space,a,b,v)  where v lies along the line from a to b, the same value for every lane
//
// and `Scalar`, which leaves trees to tree.h, `prefetch` for build.h.
//
// Every vertex has two pools. Its *row*, read and written by itself alone, is sorted and holds its nearest `capacity`
// edges. Its *inbox* takes edges that other vertices push while they refine theirs; `absorb` drains it into the row.
// What an inbox holds does not depend on the order of the pushes, so neither does the graph.
#pragma once

#include "space.h"

namespace grnnd {

struct Pools {
  u64* rows;     // n × capacity
  u64* inboxes;  // n × inbox
  u32 capacity;
  u32 inbox;  // a power of two, ≥ 8

  GRNND_HD u64* row(u32 u) const { return rows + static_cast<u64>(u) * capacity; }
  GRNND_HD u64* inbox_of(u32 u) const { return inboxes + static_cast<u64>(u) * inbox; }
};

// Puts edge w→v into w's inbox, by one lane. Three hash tables of ½, ¼ and ¼ of the inbox: each slot keeps the least
// edge it has met and hands the other on to the next table. A slot's final content is the minimum of all that came, so
// what is handed on is a function of the set of edges, not of their order; the same holds for the next table.
template <class Team>
GRNND_HD void push(Team& team, const Pools& pools, u32 w, u32 v, u32 distance) {
  const u32 mask = mask_of(w);
  u64 moving = edge(distance, v, mask, true);
  u64* table = pools.inbox_of(w);
  u32 size = pools.inbox / 2;
  for (u32 level = 0; level < 3; ++level) {
    u32 slot = hash32(static_cast<u32>(moving) >> 1) >> (10 * level) & (size - 1);
    u64 before = team.atomic_min(table + slot, moving);
    if (before == kEmpty || before == moving) return;
    if (before > moving) moving = before;
    table += size;
    size = pools.inbox / 4;
  }
}

// All edges that u owns, in its row and its inbox: sorted, every vertex once. The number of them.
template <class Team>
GRNND_HD u32 collect(Team& team, const Pools& pools, u32 u, u64* keys) {
  const u64* row = pools.row(u);
  const u64* inbox = pools.inbox_of(u);
  team.each(pools.capacity, [&](u32 i) { keys[i] = row[i]; });
  team.each(pools.inbox, [&](u32 i) { keys[pools.capacity + i] = inbox[i]; });
  u32 count = team.compact(keys, pools.capacity + pools.inbox, [&](u32 i) { return keys[i] != kEmpty; });
  team.sort(keys, count);
  return team.compact(keys, count, [&](u32 i) { return i == 0 || !same_vertex(keys[i], keys[i - 1]); });
}

// Drains u's inbox into its row: the nearest `capacity` of both.
template <class Team>
GRNND_HD void absorb(Team& team, const Pools& pools, u32 u, u64* keys) {
  const u32 count = collect(team, pools, u, keys);
  u64* row = pools.row(u);
  u64* inbox = pools.inbox_of(u);
  team.each(pools.capacity, [&](u32 i) { row[i] = i < count ? keys[i] : kEmpty; });
  team.each(pools.inbox, [&](u32 i) { inbox[i] = kEmpty; });
}

// Offers u the other members of a leaf, at these distances. keys: room for a row and a leaf.
template <class Team>
GRNND_HD void offer(Team& team, const Pools& pools, u32 u, const u32* members, const u32* lengths, u32 count, u64* keys) {
  u64* row = pools.row(u);
  const u32 mask = mask_of(u);
  const u64 worst = row[pools.capacity - 1];  // kEmpty while there is room
  team.each(pools.capacity, [&](u32 i) { keys[i] = row[i]; });
  u64* fresh = keys + pools.capacity;
  team.each(count, [&](u32 i) { fresh[i] = members[i] == u ? kEmpty : edge(lengths[i], members[i], mask, true); });
  const u32 near = team.compact(fresh, count, [&](u32 i) { return fresh[i] < worst; });
  if (near == 0) return;
  team.sort(keys, pools.capacity + near);
  const u32 kept = team.compact(keys, pools.capacity + near, [&](u32 i) {
    return keys[i] != kEmpty && (i == 0 || !same_vertex(keys[i], keys[i - 1]));
  });
  team.each(pools.capacity, [&](u32 i) { row[i] = i < kept ? keys[i] : kEmpty; });
}

// A step that visits 0 … count-1 in some order before it comes back.
GRNND_HD u32 coprime_step(u32 random, u32 count) {
  for (u32 step = 1 + random % (count - 1);; ++step) {
    u32 a = step, b = count;
    while (b != 0) {
      u32 rest = a % b;
      a = b;
      b = rest;
    }
    if (a == 1) return step;
  }
}

// One round for u (RNN-Descent, algorithm 2; disordered as GRNND §disordered neighbour propagation). Of an edge pair
// u→v, u→w with v–w shorter than the longer of both, the longer leaves u and lives on as an edge between v and w: it
// moves, it is not lost. Pairs of two OLD edges were compared in an earlier round.
//
// order_seed 0: the edges are visited nearest first. Else in a random order, so that near vertices do not all push the
// same edges at the same time; then also a kept edge can turn out the longer, and leaves.
template <class Team, class Space>
GRNND_HD void refine(Team& team, const Space& space, const Pools& pools, u32 u, u32 order_seed, u64* kept) {
  u64* row = pools.row(u);
  const u32 mask = mask_of(u);
  u32 count = 0;
  while (count < pools.capacity && row[count] != kEmpty) ++count;
  u32 start = 0, step = 1;
  if (order_seed != 0 && count > 1) {
    u32 random = hash32(order_seed, u);
    start = random % count;
    step = coprime_step(random >> 8, count);
  }
  u32 kept_count = 0;
  u32 at = start;
  for (u32 visited = 0; visited < count; ++visited, at = (at + step) % count) {
    const u64 candidate = row[at];
    const u32 v = vertex_of(candidate, mask);
    bool lost = false;
    for (u32 j = 0; j < kept_count && !lost;) {
      const u64 other = kept[j];
      if (!is_new(candidate) && !is_new(other)) {
        ++j;
        continue;
      }
      const u32 w = vertex_of(other, mask);
      const u32 between = team.distance(space, v, w);
      if (other < candidate) {
        if (is_shorter(between, v, w, distance_of(candidate), u, v)) {
          team.once([&] { push(team, pools, w, v, between); });
          lost = true;
        }
        ++j;
      } else if (is_shorter(between, v, w, distance_of(other), u, w)) {
        team.once([&] {
          push(team, pools, v, w, between);
          kept[j] = kept[kept_count - 1];
        });
        --kept_count;
      } else {
        ++j;
      }
    }
    if (!lost) {
      team.once([&] { kept[kept_count] = candidate; });
      ++kept_count;
    }
  }
  team.each(pools.capacity, [&](u32 i) { row[i] = i < kept_count ? as_old(kept[i]) : kEmpty; });
}

// Offers every edge u→v to v as v→u; a sampled share of them where share < 256 (of 256).
template <class Team>
GRNND_HD void reverse(Team& team, const Pools& pools, u32 u, u32 share, u32 seed) {
  const u64* row = pools.row(u);
  const u32 mask = mask_of(u);
  team.each(pools.capacity, [&](u32 i) {
    if (row[i] == kEmpty) return;
    const u32 v = vertex_of(row[i], mask);
    if ((hash32(seed ^ u, v) & 255) < share) push(team, pools, v, u, distance_of(row[i]));
  });
}

// The final list of u, from edges in ascending order: v dropped where a kept w has slack · |v−w|² < |u−v|² (the rule of
// relative neighbourhoods; the slack as α in DiskANN, Subramanya et al., NeurIPS 2019, but on squares), at most `degree`
// long. Of equal vectors, which no slack parts, the tie decides. Returns the length; the rest of `out` is kNone.
template <class Team, class Space>
GRNND_HD u32 prune(Team& team, const Space& space, u32 u, u64* keys, u32 owned, u32 degree, u32 slack, u32* out) {
  const u32 mask = mask_of(u);
  u32 count = 0;
  for (u32 i = 0; i < owned && count < degree; ++i) {
    const u64 candidate = keys[i];
    const u32 v = vertex_of(candidate, mask);
    const u32 length = distance_of(candidate);
    bool lost = false;
    for (u32 j = 0; j < count && !lost; ++j) {
      const u32 w = vertex_of(keys[j], mask);
      const u32 between = team.distance(space, v, w);
      lost = Space::stretched(between, slack) < length ||
             (length == 0 && between == 0 && is_shorter(between, v, w, length, u, v));
    }
    if (lost) continue;
    team.once([&] { keys[count] = candidate; });  // count ≤ i: nothing unread is lost
    ++count;
  }
  team.each(degree, [&](u32 i) { out[i] = i < count ? vertex_of(keys[i], mask) : kNone; });
  return count;
}

}  // namespace grnnd
