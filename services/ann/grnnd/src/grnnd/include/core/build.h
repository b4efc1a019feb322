// The whole build on a CPU: start → rounds → reverse → prune. The graph does not depend on the number of threads.
#pragma once

#include <omp.h>

#include <algorithm>
#include <vector>

#include "algorithm.h"
#include "memory.h"
#include "tree.h"

namespace grnnd {

struct BuildParams {
  u32 degree;
  u32 capacity;     // edges a row holds
  u32 inbox;        // edges an inbox holds: a power of two, at least 8 and half the degree
  u32 trees;        // 0: a random start
  u32 leaf;         // points a leaf holds at most
  u32 rounds;
  u32 slack;        // of the last pruning, in 1/256
  u32 reverse_share;  // of 256, between rounds
  bool disordered;
  bool is_arranged;  // vertices are numbered as the leaves of a first tree hold them (tree_order)
  u32 seed;
  int threads;
};

// Told after every chunk of work. Throws to stop the build. Called by one thread, outside parallel regions.
struct Watcher {
  virtual ~Watcher() = default;
  virtual void on_chunk(const char* phase, u32 round, u32 done, u32 of, u64 distances) = 0;
};

template <class Space>
void arrange_in_tree(const Space& space, u32 leaf, u32 seed, int threads, std::vector<u32>& ids) {
  std::vector<u64> keys(ids.size());
  Trouble trouble;
  Tree<Space> tree(space, leaf, seed, keys.data(), trouble);
#pragma omp parallel num_threads(threads)
#pragma omp single
  tree.arrange(ids.data(), static_cast<u32>(ids.size()));
  trouble.rethrow();
}

// The vertices in the order of a tree's leaves. Numbered so, neighbours lie near each other in memory, and every n/m-th
// vertex is a fair sample of m parts of the space.
template <class Space>
std::vector<u32> tree_order(const Space& space, u32 count, u32 leaf, u32 seed, int threads) {
  std::vector<u32> ids(count);
  for (u32 i = 0; i < count; ++i) ids[i] = i;
  arrange_in_tree(space, leaf, seed, threads, ids);
  const std::vector<u32> bounds = leaf_bounds(count, leaf);
  for (size_t i = 0; i + 1 < bounds.size(); ++i) std::sort(ids.begin() + bounds[i], ids.begin() + bounds[i + 1]);
  return ids;
}

template <class Team, class Space>
class Builder {
 public:
  Builder(const Space& space, u32 count, const BuildParams& params, Watcher& watcher)
      : space_(space),
        count_(count),
        params_(params),
        watcher_(watcher),
        rows_(static_cast<size_t>(count) * params.capacity),
        inboxes_(static_cast<size_t>(count) * params.inbox),
        pools_{rows_.data(), inboxes_.data(), params.capacity, params.inbox},
        room_(1) {
    while (room_ < params.capacity + std::max(params.inbox, params.leaf)) room_ *= 2;
    each_vertex("clear", 0, [&](Team&, u64*, u32 u) {
      std::fill_n(pools_.row(u), params_.capacity, kEmpty);
      std::fill_n(pools_.inbox_of(u), params_.inbox, kEmpty);
    });
  }

  // out: count × degree ids, short lists end with kNone. first: edges to begin with, count × first_degree, or null.
  void run(u32* out, const u32* first, u32 first_degree) {
    if (first != nullptr) start_from(first, first_degree);
    if (params_.trees > 0)
      for (u32 tree = 0; tree < params_.trees; ++tree) start_in_tree(tree);
    else if (first == nullptr)
      start_at_random();
    for (u32 round = 0; round < params_.rounds; ++round) {
      const u32 order = params_.disordered && round + 1 < params_.rounds ? hash32(params_.seed + round + 1) | 1 : 0;
      each_vertex("refine", round, [&](Team& team, u64* keys, u32 u) { refine(team, space_, pools_, u, order, keys); });
      const u32 share = round + 1 < params_.rounds ? params_.reverse_share : 256;
      each_vertex("reverse", round, [&](Team& team, u64*, u32 u) { reverse(team, pools_, u, share, params_.seed + round); });
      if (round + 1 < params_.rounds)
        each_vertex("absorb", round, [&](Team& team, u64* keys, u32 u) { absorb(team, pools_, u, keys); });
    }
    // A vertex's last list takes the place of its inbox, which is drained by then: `out` is not touched before the rows are
    // given back, so the peak is one array less.
    each_vertex("prune", 0, [&](Team& team, u64* keys, u32 u) {
      const u32 owned = collect(team, pools_, u, keys);
      prune(team, space_, u, keys, owned, params_.degree, params_.slack, list_in_inbox(u));
    });
    rows_.release();
    for (u32 u = 0; u < count_; ++u) std::copy_n(list_in_inbox(u), params_.degree, out + static_cast<size_t>(u) * params_.degree);
  }

  u64 distances() const { return distances_; }

 private:
  static constexpr u32 kChunk = 1 << 15;  // vertices between two looks at the watcher

  template <class F>
  void each_vertex(const char* phase, u32 round, F f) {
    for (u32 start = 0; start < count_; start += kChunk) {
      const u32 stop = std::min(count_, start + kChunk);
      Trouble trouble;
#pragma omp parallel num_threads(params_.threads)
      {
        Team team;
        std::vector<u64> keys;
        trouble.guard([&] { keys.resize(room_); });
#pragma omp for schedule(dynamic, 64)
        for (u32 u = start; u < stop; ++u) trouble.guard([&] { f(team, keys.data(), u); });
#pragma omp atomic
        distances_ += team.distances;
      }
      trouble.rethrow();
      watcher_.on_chunk(phase, round, stop, count_, distances_);
    }
  }

  // degree ≤ 2 · inbox (BuildParams).
  u32* list_in_inbox(u32 u) { return reinterpret_cast<u32*>(pools_.inbox_of(u)); }

  void start_from(const u32* first, u32 first_degree) {
    each_vertex("start", 0, [&](Team& team, u64*, u32 u) {
      for (u32 i = 0; i < first_degree; ++i) {
        const u32 v = first[static_cast<size_t>(u) * first_degree + i];
        if (v != kNone && v != u) push(team, pools_, u, v, team.distance(space_, u, v));
      }
    });
    each_vertex("start", 0, [&](Team& team, u64* keys, u32 u) { absorb(team, pools_, u, keys); });
  }

  void start_at_random() {
    each_vertex("start", 0, [&](Team& team, u64*, u32 u) {
      for (u32 i = 0; i < params_.inbox && count_ > 1; ++i) {
        const u32 v = (u + 1 + hash32(params_.seed + i, u) % (count_ - 1)) % count_;
        push(team, pools_, u, v, team.distance(space_, u, v));
      }
    });
    each_vertex("start", 0, [&](Team& team, u64* keys, u32 u) { absorb(team, pools_, u, keys); });
  }

  void start_in_tree(u32 tree) {
    std::vector<u32> ids(count_);
    for (u32 i = 0; i < count_; ++i) ids[i] = i;
    if (tree > 0 || !params_.is_arranged) arrange_in_tree(space_, params_.leaf, hash32(params_.seed, tree), params_.threads, ids);
    const std::vector<u32> bounds = leaf_bounds(count_, params_.leaf);
    const u32 leaves = static_cast<u32>(bounds.size()) - 1;
    Trouble trouble;
#pragma omp parallel num_threads(params_.threads)
    {
      Team team;
      std::vector<u64> keys;
      std::vector<u32> lengths;
      trouble.guard([&] {
        keys.resize(room_);
        lengths.resize(static_cast<size_t>(params_.leaf) * params_.leaf);
      });
#pragma omp for schedule(dynamic, 4)
      for (u32 leaf = 0; leaf < leaves; ++leaf)
        trouble.guard([&] { join(team, ids.data() + bounds[leaf], bounds[leaf + 1] - bounds[leaf], lengths.data(), keys.data()); });
#pragma omp atomic
      distances_ += team.distances;
    }
    trouble.rethrow();
    watcher_.on_chunk("tree", tree, count_, count_, distances_);
  }

  // Offers each member of a leaf all others.
  void join(Team& team, const u32* members, u32 size, u32* lengths, u64* keys) {
    for (u32 i = 0; i < size; ++i) team.prefetch(space_, members[i]);
    for (u32 i = 0; i < size; ++i) {
      lengths[i * size + i] = 0;
      for (u32 j = 0; j < i; ++j)
        lengths[i * size + j] = lengths[j * size + i] = team.distance(space_, members[i], members[j]);
    }
    for (u32 i = 0; i < size; ++i) offer(team, pools_, members[i], members, lengths + i * size, size, keys);
  }

  const Space& space_;
  u32 count_;
  BuildParams params_;
  Watcher& watcher_;
  Array<u64> rows_;
  Array<u64> inboxes_;
  Pools pools_;
  u32 room_;  // of keys, a power of two
  u64 distances_ = 0;
};

}  // namespace grnnd
