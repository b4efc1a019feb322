// What a beam walks over: a query made ready once, then its distance to any code row, as a key that sorts like the
// number (space.h). Four kinds; the answer is ranked by exact distances whatever the kind.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "half.h"
#include "hadamard.h"
#include "scalar.h"

namespace grnnd {

// One byte a dimension: round((x - low) / step), 0 to 127, the layout of CodeSpace. One step for all dimensions, so that
// distances between codes are distances between points, in units of step².
class ByteCodes {
 public:
  ByteCodes(const u8* rows, u32 dim, u32 row_bytes, const float* low, float step)
      : space_{rows, row_bytes}, dim_(dim), low_(low), step_(step) {}

  static void encode(const float* x, u32 dim, u32 row_bytes, const float* low, float step, u8* out) {
    for (u32 i = 0; i < dim; ++i) out[i] = static_cast<u8>(std::clamp((x[i] - low[i]) / step + 0.5f, 0.0f, 127.0f));
    std::memset(out + dim, 0, row_bytes - dim);
  }

  class Query {
   public:
    explicit Query(const ByteCodes& codes) : codes_(codes), code_(codes.space_.row_bytes + 63) {
      place_ = reinterpret_cast<u8*>((reinterpret_cast<uintptr_t>(code_.data()) + 63) / 64 * 64);
    }
    // False where the query lies so far outside the range of the codes that clipping it would mislead the beam.
    bool prepare(const float* q) {
      encode(q, codes_.dim_, codes_.space_.row_bytes, codes_.low_, codes_.step_, place_);
      float lost = 0;
      const float range = 127 * codes_.step_;
      for (u32 i = 0; i < codes_.dim_; ++i) {
        const float x = q[i] - codes_.low_[i];
        const float beyond = std::max(std::max(-x, x - range), 0.0f);
        lost += beyond * beyond;
      }
      return lost <= kMaxLost * range * range;
    }
    u32 distance(u32 v) const {
      return simd::squared_code_distance(place_, codes_.space_.row(v), codes_.space_.row_bytes);
    }
    void prefetch(u32 v) const { codes_.space_.prefetch(v); }

   private:
    static constexpr float kMaxLost = 0.01f;  // of the square of a dimension's range
    const ByteCodes& codes_;
    std::vector<u8> code_;
    u8* place_;
  };

 private:
  CodeSpace space_;
  u32 dim_;
  const float* low_;
  float step_;
};

// The points themselves. Under inner product the query's last coordinate is 0, so that its product with a point is that
// of the vectors: no square of the sphere's radius hides it (one row of length 10⁶ makes squares of 10¹², of which float32
// resolves 65,536).
class FloatCodes {
 public:
  FloatCodes(const float* rows, const u32* order, u32 dim, bool is_product)
      : space_{rows, order, dim}, is_product_(is_product) {}

  class Query {
   public:
    explicit Query(const FloatCodes& codes) : codes_(codes) {}
    bool prepare(const float* q) {
      query_ = q;
      return true;
    }
    u32 distance(u32 v) const {
      const float* x = codes_.space_.row(v);
      if (codes_.is_product_) return ~sortable(simd::product(query_, x, codes_.space_.dim));
      return float_key(simd::squared_distance(query_, x, codes_.space_.dim));
    }
    void prefetch(u32 v) const { codes_.space_.prefetch(v); }

   private:
    const FloatCodes& codes_;
    const float* query_ = nullptr;
  };

 private:
  FloatSpace space_;
  bool is_product_;
};

class HalfCodes {
 public:
  HalfCodes(const u16* rows, u32 dim) : rows_(rows), dim_(dim) {}

  static void encode(const float* x, u32 dim, u16* out) {
    for (u32 i = 0; i < dim; ++i) out[i] = to_half(x[i]);
  }

  class Query {
   public:
    explicit Query(const HalfCodes& codes) : codes_(codes) {}
    bool prepare(const float* q) {
      query_ = q;
      return true;
    }
    u32 distance(u32 v) const { return float_key(squared_half_distance(query_, row(v), codes_.dim_)); }
    void prefetch(u32 v) const { simd::prefetch(row(v), codes_.dim_ * sizeof(u16)); }

   private:
    const u16* row(u32 v) const { return codes_.rows_ + static_cast<size_t>(v) * codes_.dim_; }
    const HalfCodes& codes_;
    const float* query_ = nullptr;
  };

 private:
  const u16* rows_;
  u32 dim_;
};

// One bit a dimension, after RaBitQ (Gao, Long, SIGMOD 2024, arXiv:2405.12497). With r = P(x - c), P a random rotation,
// the code is sign(r), and for s = P(q - c)
//
//     |x - q|² ≈ |r|² + |s|² - 2 ⟨sign(r), s⟩ · |r|² / Σ|rᵢ|        (eq. 12 there, with both norms multiplied out)
//
// s is rounded to 4 bits, so that ⟨sign(r), s⟩ is four population counts (§3.3.2). A row: |r|², 2|r|²/Σ|rᵢ|, the bits.
class BitCodes {
 public:
  BitCodes(const u8* rows, u32 dim, const float* centre) : rows_(rows), dim_(dim), width_(padded_dim(dim)), centre_(centre) {}

  static u32 row_bytes(u32 dim) { return 8 + padded_dim(dim) / 8; }

  static void encode(const float* x, u32 dim, const float* centre, float* scratch, u8* out) {
    const u32 width = padded_dim(dim);
    rotate_centred(x, dim, centre, scratch);
    float square = 0, sum = 0;
    for (u32 i = 0; i < width; ++i) {
      square += scratch[i] * scratch[i];
      sum += std::fabs(scratch[i]);
    }
    const float factors[2] = {square, sum > 0 ? 2 * square / sum : 0};
    std::memcpy(out, factors, 8);
    std::memset(out + 8, 0, width / 8);
    for (u32 i = 0; i < width; ++i) out[8 + i / 8] |= static_cast<u8>((scratch[i] > 0) << (i % 8));
  }

  class Query {
   public:
    explicit Query(const BitCodes& codes) : codes_(codes), rotated_(codes.width_), planes_(codes.width_ / 64 * 4) {}

    bool prepare(const float* q) {
      rotate_centred(q, codes_.dim_, codes_.centre_, rotated_.data());
      const auto [least, most] = std::minmax_element(rotated_.begin(), rotated_.end());
      low_ = *least;
      step_ = std::max((*most - low_) / 15, std::numeric_limits<float>::min());
      square_ = sum_ = 0;
      std::fill(planes_.begin(), planes_.end(), 0);
      for (u32 i = 0; i < codes_.width_; ++i) {
        square_ += rotated_[i] * rotated_[i];
        sum_ += rotated_[i];
        const u64 level = static_cast<u64>((rotated_[i] - low_) / step_ + 0.5f);
        for (u32 plane = 0; plane < 4; ++plane) planes_[i / 64 * 4 + plane] |= (level >> plane & 1) << (i % 64);
      }
      return true;
    }

    u32 distance(u32 v) const {
      const u8* row = codes_.row(v);
      float factors[2];
      std::memcpy(factors, row, 8);
      u64 ones = 0, weighted = 0;
      for (u32 word = 0; word < codes_.width_ / 64; ++word) {
        u64 bits;
        std::memcpy(&bits, row + 8 + word * 8, 8);
        const u64* planes = planes_.data() + word * 4;
        ones += __builtin_popcountll(bits);
        for (u32 plane = 0; plane < 4; ++plane)
          weighted += static_cast<u64>(__builtin_popcountll(bits & planes[plane])) << plane;
      }
      const float signed_sum = 2 * (low_ * static_cast<float>(ones) + step_ * static_cast<float>(weighted)) - sum_;
      return float_key(std::max(factors[0] + square_ - factors[1] * signed_sum, 0.0f));
    }
    void prefetch(u32 v) const { simd::prefetch(codes_.row(v), row_bytes(codes_.dim_)); }

   private:
    const BitCodes& codes_;
    std::vector<float> rotated_;
    std::vector<u64> planes_;  // four a word of 64 dimensions
    float low_ = 0, step_ = 0, square_ = 0, sum_ = 0;
  };

 private:
  const u8* row(u32 v) const { return rows_ + static_cast<size_t>(v) * row_bytes(dim_); }

  const u8* rows_;
  u32 dim_;
  u32 width_;
  const float* centre_;
};

}  // namespace grnnd
