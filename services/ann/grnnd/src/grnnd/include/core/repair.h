// Makes every vertex reachable from the entries. Pruning may leave a few without a way in: copies of one point above
// all, and islands far from the rest.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "beam.h"

namespace grnnd {

template <class Space>
class Repair {
 public:
  Repair(const Space& space, u32 count, u32 degree, u32* neighbours, const u32* entries, u32 entry_count)
      : space_(space), count_(count), degree_(degree), neighbours_(neighbours), entries_(entries), entry_count_(entry_count),
        reached_(count), linked_(count) {}

  // How many edges it added. Throws if nothing that can be reached has room for another one.
  u32 run() {
    u32 added = 0;
    // An added edge may take the place of one that led elsewhere; what that cuts off, the next pass mends, until one finds
    // all reached. That comes: each pass adds edges that no other removes, and lists have room for so many.
    for (u32 before = kNone; added != before;) {
      before = added;
      std::fill(reached_.begin(), reached_.end(), false);
      for (u32 i = 0; i < entry_count_; ++i) reach(entries_[i]);
      for (u32 v = 0; v < count_; ++v) {
        if (reached_[v]) continue;
        link(anchor_of(v), v);
        reach(v);
        ++added;
      }
    }
    return added;
  }

 private:
  static constexpr u32 kHops = 64;

  u32* list(u32 v) { return neighbours_ + static_cast<size_t>(v) * degree_; }

  void reach(u32 start) {
    if (reached_[start]) return;
    reached_[start] = true;
    waiting_.assign(1, start);
    while (!waiting_.empty()) {
      const u32 u = waiting_.back();
      waiting_.pop_back();
      for (u32 i = 0; i < degree_ && list(u)[i] != kNone; ++i) {
        const u32 v = list(u)[i];
        if (reached_[v]) continue;
        reached_[v] = true;
        waiting_.push_back(v);
      }
    }
  }

  // A reached vertex near v with room for one more edge: the nearest of v's own neighbours, else where a descent from
  // the nearest entry ends.
  u32 anchor_of(u32 v) {
    u32 best = kNone, least = kNone;
    auto offer = [&](u32 w) {
      if (w == v || !reached_[w] || linked_[w] * 2 >= degree_) return;
      const u32 distance = space_.distance(v, w);
      if (best == kNone || distance < least) best = w, least = distance;
    };
    for (u32 i = 0; i < degree_ && list(v)[i] != kNone; ++i) offer(list(v)[i]);
    if (best != kNone) return best;
    for (u32 i = 0; i < entry_count_; ++i) offer(entries_[i]);
    for (u32 hop = 0, from = kNone; hop < kHops && best != from && best != kNone; ++hop) {
      from = best;
      for (u32 i = 0; i < degree_ && list(from)[i] != kNone; ++i) offer(list(from)[i]);
    }
    for (u32 w = 0; best == kNone && w < count_; ++w) offer(w);  // all near ones are full
    if (best == kNone) throw std::runtime_error("no vertex that can be reached has room for an edge to one that cannot");
    return best;
  }

  // Adds u→v; in a full list in place of the farthest edge that no repair has made. Those stand at the end.
  void link(u32 u, u32 v) {
    u32* edges = list(u);
    u32 length = 0;
    while (length < degree_ && edges[length] != kNone) ++length;
    if (length < degree_) {
      edges[length] = v;
    } else {
      edges[degree_ - 1 - linked_[u]] = v;
    }
    ++linked_[u];
  }

  const Space& space_;
  u32 count_;
  u32 degree_;
  u32* neighbours_;
  const u32* entries_;
  u32 entry_count_;
  std::vector<bool> reached_;
  std::vector<u32> linked_;  // edges a repair has added to the list
  std::vector<u32> waiting_;
};

}  // namespace grnnd
