// A sort for teams of lanes that work side by side: warp.h and emulated.h. (K. E. Batcher, AFIPS 1968.)
#pragma once

#include "core/edge.h"

namespace grnnd {

// Ascending, over the next power of two. The pairs of a step are disjoint, and each is ordered by one lane.
template <class Team>
GRNND_HD void sort_bitonic(Team& team, u64* keys, u32 count) {
  u32 size = 1;
  while (size < count) size *= 2;
  team.each(size - count, [&](u32 i) { keys[count + i] = kEmpty; });
  for (u32 run = 2; run <= size; run *= 2)
    for (u32 step = run / 2; step > 0; step /= 2)
      team.each(size, [&](u32 i) {
        const u32 other = i ^ step;
        if (other > i && (keys[i] > keys[other]) == ((i & run) == 0)) {
          const u64 moved = keys[i];
          keys[i] = keys[other];
          keys[other] = moved;
        }
      });
}

}  // namespace grnnd
