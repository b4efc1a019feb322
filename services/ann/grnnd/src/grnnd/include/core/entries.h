// Where a beam begins: the nearest of a graph's entries. Data in many tight clusters has a thousand of them, of which a
// query compares some 9·√n: the heads of groups first, then the members of the groups whose heads are nearest.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "edge.h"

namespace grnnd {

struct Entries {
  const u32* vertices;  // group after group, the head of each first
  u32 count;
  const u32* ends = nullptr;  // of each group; null: each entry is compared
  u32 groups = 0;

  // Fills `starts` with distance | vertex of those compared.
  template <class Query>
  void near(const Query& query, std::vector<u64>& starts) const {
    starts.clear();
    if (ends == nullptr) return compare(query, 0, count, starts);
    for (u32 group = 0; group < groups; ++group) query.prefetch(vertices[begin(group)]);
    for (u32 group = 0; group < groups; ++group)
      starts.push_back(static_cast<u64>(query.distance(vertices[begin(group)])) << 32 | group);
    std::partial_sort(starts.begin(), starts.begin() + std::min(kOpened, groups), starts.end());
    u32 opened[kOpened];
    for (u32 i = 0; i < std::min(kOpened, groups); ++i) opened[i] = static_cast<u32>(starts[i]);
    for (u64& start : starts) start = start >> 32 << 32 | vertices[begin(static_cast<u32>(start))];
    for (u32 i = 0; i < std::min(kOpened, groups); ++i) compare(query, begin(opened[i]) + 1, ends[opened[i]], starts);
  }

 private:
  static constexpr u32 kOpened = 8;

  u32 begin(u32 group) const { return group == 0 ? 0 : ends[group - 1]; }

  template <class Query>
  void compare(const Query& query, u32 from, u32 to, std::vector<u64>& starts) const {
    for (u32 i = from; i < to; ++i) query.prefetch(vertices[i]);
    for (u32 i = from; i < to; ++i) starts.push_back(static_cast<u64>(query.distance(vertices[i])) << 32 | vertices[i]);
  }
};

// Owns the groups. distance(a, b): of two vertices, a number.
class GroupedEntries {
 public:
  template <class Distance>
  GroupedEntries(const u32* vertices, u32 count, Distance distance) : vertices_(vertices, vertices + count) {
    if (count <= kFlat) return;
    // Vertices are numbered as a tree's leaves lie: every so many is a head somewhere else.
    const u32 groups = static_cast<u32>(std::sqrt(static_cast<double>(count)));
    std::vector<std::vector<u32>> members(groups);
    for (u32 group = 0; group < groups; ++group) members[group].push_back(head(group, groups));
    for (u32 group = 0, i = 0; i < count; ++i) {
      if (group < groups && vertices[i] == head(group, groups)) {
        ++group;
        continue;
      }
      u32 nearest = 0;
      auto least = std::numeric_limits<decltype(distance(0u, 0u))>::max();
      for (u32 other = 0; other < groups; ++other)
        if (const auto apart = distance(vertices[i], members[other][0]); apart < least) {
          least = apart;
          nearest = other;
        }
      members[nearest].push_back(vertices[i]);
    }
    vertices_.clear();
    for (const std::vector<u32>& group : members) {
      vertices_.insert(vertices_.end(), group.begin(), group.end());
      ends_.push_back(static_cast<u32>(vertices_.size()));
    }
  }

  Entries view() const {
    const u32 groups = static_cast<u32>(ends_.size());
    return {vertices_.data(), static_cast<u32>(vertices_.size()), groups == 0 ? nullptr : ends_.data(), groups};
  }

 private:
  static constexpr u32 kFlat = 128;  // so few are compared sooner than grouped

  u32 head(u32 group, u32 groups) const {
    return vertices_[static_cast<size_t>(group) * vertices_.size() / groups];
  }

  std::vector<u32> vertices_;
  std::vector<u32> ends_;
};

}  // namespace grnnd
