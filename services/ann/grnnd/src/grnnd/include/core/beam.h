// The beam over a graph (best-first search with a bounded list, as in RNN-Descent §3.4 and HNSW algorithm 2).
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

#include "codes.h"
#include "entries.h"

namespace grnnd {

struct GraphView {
  u32 count;
  u32 degree;
  const u32* neighbours;  // count × degree; short lists end with kNone
  const u32* order;       // vertex → the caller's row
  Entries entries;        // where a beam may begin

  const u32* of(u32 v) const { return neighbours + static_cast<size_t>(v) * degree; }
};

// Bits by the caller's row number; null: all rows pass.
struct Filter {
  const u8* bits = nullptr;
  bool passes(u32 row) const { return bits == nullptr || (bits[row / 8] >> (row % 8) & 1); }
};

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Deadline(double seconds)  // from now; infinite: none
      : limited_(seconds < 1e9),
        at_(limited_ ? Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))
                     : Clock::time_point{}) {}
  bool has_passed() const { return limited_ && Clock::now() >= at_; }

 private:
  bool limited_;
  Clock::time_point at_;
};

// The `capacity` least keys met so far, sorted: distance | vertex | is_expanded.
class Nearest {
 public:
  void reset(u32 capacity) {
    keys_.resize(capacity);
    size_ = 0;
  }
  u32 size() const { return size_; }
  u64 operator[](u32 i) const { return keys_[i]; }
  u64& operator[](u32 i) { return keys_[i]; }
  bool is_full() const { return size_ == keys_.size(); }
  u64 worst() const { return is_full() ? keys_[size_ - 1] : kEmpty; }

  // Where the key now stands, or the capacity if it is too far.
  u32 insert(u64 key) {
    if (key >= worst()) return static_cast<u32>(keys_.size());
    const u32 at = static_cast<u32>(std::upper_bound(keys_.begin(), keys_.begin() + size_, key) - keys_.begin());
    if (!is_full()) ++size_;
    std::memmove(&keys_[at] + 1, &keys_[at], (size_ - 1 - at) * sizeof(u64));
    keys_[at] = key;
    return at;
  }

 private:
  std::vector<u64> keys_;
  u32 size_ = 0;
};

// What one thread needs for its searches, kept from query to query.
struct Scratch {
  explicit Scratch(u32 count) : seen(count / 64 + 1) {}
  std::vector<u64> seen;  // one bit a vertex: 100,000 fit the first cache
  std::vector<u32> met;   // which bits to clear afterwards
  Nearest beam;
  Nearest matching;  // of those that pass the filter
  std::vector<u64> starts;

  bool meet(u32 v) {
    u64& word = seen[v / 64];
    const u64 bit = 1ull << (v % 64);
    if (word & bit) return false;
    word |= bit;
    met.push_back(v);
    return true;
  }
  void forget() {
    for (u32 v : met) seen[v / 64] = 0;
    met.clear();
  }
};

constexpr u32 kStarts = 8;  // of the entries, the nearest so many begin

// Fills scratch.beam, of width ef, and scratch.matching, of the same width, if there is a filter. False if the deadline
// came first.
template <class Query>
bool walk(const GraphView& graph, const Query& query, u32 ef, const Filter& filter, const Deadline& deadline, Scratch& scratch) {
  Nearest& beam = scratch.beam;
  beam.reset(ef);
  scratch.matching.reset(filter.bits != nullptr ? ef : 0);
  u32 next = 0;  // all before it are expanded
  auto visit = [&](u32 v) {
    const u64 key = static_cast<u64>(query.distance(v)) << 32 | static_cast<u64>(v) << 1;
    next = std::min(next, beam.insert(key));
    if (filter.bits != nullptr && filter.passes(graph.order[v])) scratch.matching.insert(key);
  };

  graph.entries.near(query, scratch.starts);
  const u32 starts = std::min(kStarts, static_cast<u32>(scratch.starts.size()));
  std::partial_sort(scratch.starts.begin(), scratch.starts.begin() + starts, scratch.starts.end());
  for (u32 i = 0; i < starts; ++i)
    if (scratch.meet(static_cast<u32>(scratch.starts[i]))) visit(static_cast<u32>(scratch.starts[i]));

  u32 fresh[256];
  for (u32 expanded = 1; next < beam.size(); ++expanded) {
    if (expanded % 16 == 0 && deadline.has_passed()) return false;
    const u32 u = static_cast<u32>(beam[next]) >> 1;
    beam[next] |= 1;
    const u32* neighbours = graph.of(u);
    u32 count = 0;
    for (u32 i = 0; i < graph.degree && neighbours[i] != kNone; ++i)
      if (scratch.meet(neighbours[i])) {
        query.prefetch(neighbours[i]);
        fresh[count++] = neighbours[i];
      }
    do ++next;
    while (next < beam.size() && (beam[next] & 1));
    if (next < beam.size()) simd::prefetch(graph.of(static_cast<u32>(beam[next]) >> 1), graph.degree * sizeof(u32));
    for (u32 i = 0; i < count; ++i) visit(fresh[i]);
    while (next < beam.size() && (beam[next] & 1)) ++next;
  }
  return true;
}

}  // namespace grnnd
