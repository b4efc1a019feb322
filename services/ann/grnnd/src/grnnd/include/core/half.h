// float16 rows against a float32 query.
#pragma once

#include "scalar.h"

namespace grnnd {

// Round to nearest, ties to even; beyond the range: infinity.
inline u16 to_half(float x) {
  u32 bits = float_key(x);
  const u16 sign = static_cast<u16>(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits >= 0x47800000) return sign | 0x7c00;
  if (bits < 0x38800000) {  // subnormal in float16: the addition rounds to multiples of 2⁻²⁴
    return sign | static_cast<u16>(float_key(key_float(bits) + 0.5f) - 0x3f000000);
  }
  return sign | static_cast<u16>((bits + 0xc8000fff + (bits >> 13 & 1)) >> 13);
}

inline float from_half(u16 half) {
  const u32 sign = static_cast<u32>(half & 0x8000) << 16;
  // Exponent 15 becomes 127 by a multiplication with 2¹¹², which also turns subnormals right.
  const float size = key_float(static_cast<u32>(half & 0x7fff) << 13) * 0x1p112f;
  return key_float(float_key(size) | sign);
}

#if defined(__AVX512F__)

inline float squared_half_distance(const float* a, const u16* b, u32 dim) {
  __m512 sum = _mm512_setzero_ps();
  u32 i = 0;
  for (; i + 16 <= dim; i += 16) {
    __m512 wide = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + i)));
    __m512 apart = _mm512_sub_ps(_mm512_loadu_ps(a + i), wide);
    sum = _mm512_fmadd_ps(apart, apart, sum);
  }
  float total = _mm512_reduce_add_ps(sum);
  for (; i < dim; ++i) total += (a[i] - from_half(b[i])) * (a[i] - from_half(b[i]));
  return total;
}

#elif defined(__AVX2__)

inline float squared_half_distance(const float* a, const u16* b, u32 dim) {
  __m256 sum = _mm256_setzero_ps();
  u32 i = 0;
  for (; i + 8 <= dim; i += 8) {
    __m256 wide = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i)));
    __m256 apart = _mm256_sub_ps(_mm256_loadu_ps(a + i), wide);
    sum = _mm256_fmadd_ps(apart, apart, sum);
  }
  float total = simd::sum_of(sum);
  for (; i < dim; ++i) total += (a[i] - from_half(b[i])) * (a[i] - from_half(b[i]));
  return total;
}

#else

inline float squared_half_distance(const float* a, const u16* b, u32 dim) {
  return simd::summed(dim, [&](u32 i) { return (a[i] - from_half(b[i])) * (a[i] - from_half(b[i])); });
}

#endif

}  // namespace grnnd
