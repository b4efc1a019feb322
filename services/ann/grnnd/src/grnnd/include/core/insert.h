// Adds single vertices to a finished graph, one after the other, as HNSW does (algorithm 1): for the few rows that were
// held out to measure recall.
#pragma once

#include "algorithm.h"
#include "beam.h"

namespace grnnd {

// A vertex as the query of a beam.
template <class Space>
struct VertexQuery {
  const Space& space;
  u32 u;
  u32 distance(u32 v) const { return space.distance(u, v); }
  void prefetch(u32 v) const { space.prefetch(v); }
};

template <class Team, class Space>
class Inserter {
 public:
  // edges: count × degree. width: of the beam that looks for neighbours.
  Inserter(const Space& space, u32 count, u32 degree, u32 slack, u32 width, u32* edges, const u32* entries, u32 entry_count)
      : space_(space), degree_(degree), slack_(slack), width_(width), edges_(edges), scratch_(count), keys_(degree + 1 + width) {
    graph_ = {count, degree, edges, nullptr, {entries, entry_count}};
  }

  void insert(u32 u) {
    walk(graph_, VertexQuery<Space>{space_, u}, width_, Filter{}, Deadline(1e9), scratch_);
    const u32 mask = mask_of(u);
    u32 found = 0;
    for (u32 i = 0; i < scratch_.beam.size(); ++i) {
      const u64 key = scratch_.beam[i];
      keys_[found++] = edge(distance_of(key), static_cast<u32>(key) >> 1, mask, true);
    }
    scratch_.forget();
    team_.sort(keys_.data(), found);
    prune(team_, space_, u, keys_.data(), found, degree_, slack_, list(u));
    for (u32 i = 0; i < degree_ && list(u)[i] != kNone; ++i) offer_back(list(u)[i], u);
  }

 private:
  u32* list(u32 v) { return edges_ + static_cast<size_t>(v) * degree_; }

  // Adds w→u, and prunes w's list anew.
  void offer_back(u32 w, u32 u) {
    const u32 mask = mask_of(w);
    u32 owned = 0;
    for (u32 i = 0; i < degree_ && list(w)[i] != kNone; ++i)
      keys_[owned++] = edge(space_.distance(w, list(w)[i]), list(w)[i], mask, true);
    keys_[owned++] = edge(space_.distance(w, u), u, mask, true);
    team_.sort(keys_.data(), owned);
    prune(team_, space_, w, keys_.data(), owned, degree_, slack_, list(w));
  }

  const Space& space_;
  u32 degree_;
  u32 slack_;
  u32 width_;
  u32* edges_;
  GraphView graph_;
  Team team_;
  Scratch scratch_;
  std::vector<u64> keys_;
};

}  // namespace grnnd
