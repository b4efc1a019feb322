// Random hyperplane trees: each node is halved at the median of its points' projections on the line through two of
// them, until leaves hold at most `leaf` points. The points of a leaf are likely neighbours (Dasgupta, Freund, STOC
// 2008). Balanced halves need no stored tree: the bounds of all leaves follow from the number of points.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "scalar.h"
#include "trouble.h"

namespace grnnd {

// The line through two points, and where another lies along it, as a u32 that sorts like the number.
class CodeLine {
 public:
  CodeLine(const CodeSpace& space, u32 a, u32 b) : space_(space), direction_(space.row_bytes) {
    for (u32 i = 0; i < space.row_bytes; ++i) {
      direction_[i] = static_cast<signed char>(space.row(a)[i] - space.row(b)[i]);
      is_point_ = is_point_ && direction_[i] == 0;
    }
  }
  bool is_point() const { return is_point_; }
  u32 position(u32 v) const {
    return CodeSpace::position(static_cast<u32>(simd::code_product(space_.row(v), direction_.data(), space_.row_bytes)));
  }

 private:
  const CodeSpace& space_;
  std::vector<signed char> direction_;
  bool is_point_ = true;
};

class FloatLine {
 public:
  FloatLine(const FloatSpace& space, u32 a, u32 b) : space_(space), direction_(space.dim) {
    for (u32 i = 0; i < space.dim; ++i) {
      direction_[i] = space.row(a)[i] - space.row(b)[i];
      is_point_ = is_point_ && direction_[i] == 0;
    }
  }
  bool is_point() const { return is_point_; }
  u32 position(u32 v) const {
    return FloatSpace::position(simd::product(space_.row(v), direction_.data(), space_.dim));
  }

 private:
  const FloatSpace& space_;
  std::vector<float> direction_;
  bool is_point_ = true;
};

template <class Space>
struct LineOf;
template <>
struct LineOf<CodeSpace> {
  using type = CodeLine;
};
template <>
struct LineOf<FloatSpace> {
  using type = FloatLine;
};
template <>
struct LineOf<ProductSpace> {
  using type = FloatLine;
};

// Where each leaf of a tree over `count` points begins, and `count` itself at the end.
inline std::vector<u32> leaf_bounds(u32 count, u32 leaf) {
  std::vector<u32> bounds;
  auto visit = [&](auto& self, u32 start, u32 size) -> void {
    if (size <= leaf) {
      bounds.push_back(start);
      return;
    }
    self(self, start, size / 2);
    self(self, start + size / 2, size - size / 2);
  };
  if (count > 0) visit(visit, 0, count);
  bounds.push_back(count);
  return bounds;
}

template <class Space>
class Tree {
 public:
  // keys: scratch of `count`. Call from one thread of a parallel region; the others take the tasks, and behind the region
  // the trouble is to be thrown.
  Tree(const Space& space, u32 leaf, u32 seed, u64* keys, Trouble& trouble)
      : space_(space), leaf_(leaf), seed_(seed), keys_(keys), trouble_(trouble) {}

  // Puts the ids of every leaf side by side.
  void arrange(u32* ids, u32 count) { split(ids, 0, count, 1); }

 private:
  static constexpr u32 kTaskFrom = 4096;  // points; smaller nodes are not worth a task
  static constexpr u32 kAhead = 8;        // rows fetched in advance

  void split(u32* ids, u32 start, u32 count, u32 node) {
    if (count <= leaf_) return;
    u32* mine = ids + start;
    std::optional<typename LineOf<Space>::type> line;
    trouble_.guard([&] { line.emplace(choose_line(mine, count, node)); });
    if (!line) return;
    // Equal positions are parted by a mask that differs from node to node: copies of one point meet all others in time.
    const u32 mask = hash32(seed_, node) & kIdMask;
    u64* keys = keys_ + start;
    for (u32 i = 0; i < count; ++i) {
      if (i + kAhead < count) space_.prefetch(mine[i + kAhead]);
      keys[i] = static_cast<u64>(line->is_point() ? 0 : line->position(mine[i])) << 32 | (mine[i] ^ mask);
    }
    const u32 half = count / 2;
    std::nth_element(keys, keys + half, keys + count);
    for (u32 i = 0; i < count; ++i) mine[i] = static_cast<u32>(keys[i]) ^ mask;
#pragma omp task if (count > kTaskFrom)
    split(ids, start, half, 2 * node);
    split(ids, start + half, count - half, 2 * node + 1);
#pragma omp taskwait
  }

  typename LineOf<Space>::type choose_line(const u32* ids, u32 count, u32 node) const {
    for (u32 attempt = 0;; ++attempt) {
      const u32 random = hash32(seed_ + attempt, node);
      typename LineOf<Space>::type line(space_, random_of(ids, count, random), random_of(ids, count, hash32(random)));
      if (!line.is_point() || attempt + 1 == kLineAttempts) return line;
    }
  }

  // A random id of a set: that of least hash, so that the order of `ids`, which the library decides, does not count.
  static u32 random_of(const u32* ids, u32 count, u32 random) {
    u32 best = ids[0];
    u32 least = hash32(best ^ random);
    for (u32 i = 1; i < count; ++i) {
      const u32 hash = hash32(ids[i] ^ random);
      best = hash < least ? ids[i] : best;
      least = hash < least ? hash : least;
    }
    return best;
  }

  const Space& space_;
  u32 leaf_;
  u32 seed_;
  u64* keys_;
  Trouble& trouble_;
};

}  // namespace grnnd
