// Lists of one vertex that several graphs have found, made one: the nearest of all, pruned as a build prunes.
#pragma once

#include <vector>

#include "algorithm.h"
#include "scalar.h"
#include "trouble.h"

namespace grnnd {

// candidates: count × width vertices, those of vertex first + i in row i; kNone, u itself and repetitions are left out.
// out: count × degree. The number of distances.
template <class Space>
u64 unite(const Space& space, const u32* candidates, u32 count, u32 width, u32 first, u32 degree, u32 slack, int threads, u32* out) {
  u64 distances = 0;
  Trouble trouble;
#pragma omp parallel num_threads(threads) reduction(+ : distances)
  {
    Scalar team;
    std::vector<u64> keys;
    trouble.guard([&] { keys.resize(width); });
#pragma omp for schedule(dynamic, 64)
    for (u32 i = 0; i < count; ++i) trouble.guard([&] {
      const u32 u = first + i;
      const u32 mask = mask_of(u);
      const u32* offered = candidates + static_cast<size_t>(i) * width;
      u32 owned = 0;
      for (u32 j = 0; j < width; ++j)
        if (offered[j] != kNone && offered[j] != u) keys[owned++] = edge(team.distance(space, u, offered[j]), offered[j], mask, true);
      team.sort(keys.data(), owned);
      owned = team.compact(keys.data(), owned, [&](u32 j) { return j == 0 || !same_vertex(keys[j], keys[j - 1]); });
      prune(team, space, u, keys.data(), owned, degree, slack, out + static_cast<size_t>(i) * degree);
    });
    distances += team.distances;
  }
  trouble.rethrow();
  return distances;
}

}  // namespace grnnd
