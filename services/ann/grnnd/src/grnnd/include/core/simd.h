// CPU kernels, chosen when a module is compiled: one module per instruction set (isa/), so that no inline function
// compiled for a newer CPU can be linked into code for an older one. Plain code is what NEON and baseline x86 run.
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "edge.h"

namespace grnnd::simd {

#if defined(__AVX512VNNI__)

inline u32 squared_code_distance(const u8* a, const u8* b, u32 bytes) {
  __m512i sum = _mm512_setzero_si512();
  for (u32 i = 0; i < bytes; i += 64) {
    __m512i apart = _mm512_abs_epi8(_mm512_sub_epi8(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i)));
    sum = _mm512_dpbusd_epi32(sum, apart, apart);
  }
  return static_cast<u32>(_mm512_reduce_add_epi32(sum));
}

inline int code_product(const u8* code, const signed char* direction, u32 bytes) {
  __m512i sum = _mm512_setzero_si512();
  for (u32 i = 0; i < bytes; i += 64)
    sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(code + i), _mm512_loadu_si512(direction + i));
  return _mm512_reduce_add_epi32(sum);
}

#elif defined(__AVX2__)

inline int sum_of(__m256i lanes) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

inline __m256i add_products(__m256i sum, __m256i unsigned_bytes, __m256i signed_bytes) {
  // Two products of 127² fit 16 signed bits, so maddubs does not saturate.
  __m256i pairs = _mm256_maddubs_epi16(unsigned_bytes, signed_bytes);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

inline __m256i load_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

inline u32 squared_code_distance(const u8* a, const u8* b, u32 bytes) {
  __m256i sum = _mm256_setzero_si256();
  for (u32 i = 0; i < bytes; i += 32) {
    __m256i apart = _mm256_abs_epi8(_mm256_sub_epi8(load_bytes(a + i), load_bytes(b + i)));
    sum = add_products(sum, apart, apart);
  }
  return static_cast<u32>(sum_of(sum));
}

inline int code_product(const u8* code, const signed char* direction, u32 bytes) {
  __m256i sum = _mm256_setzero_si256();
  for (u32 i = 0; i < bytes; i += 32) sum = add_products(sum, load_bytes(code + i), load_bytes(direction + i));
  return sum_of(sum);
}

#else

inline u32 squared_code_distance(const u8* a, const u8* b, u32 bytes) {
  int sum = 0;
  for (u32 i = 0; i < bytes; ++i) {
    int apart = a[i] - b[i];
    sum += apart * apart;
  }
  return static_cast<u32>(sum);
}

inline int code_product(const u8* code, const signed char* direction, u32 bytes) {
  int sum = 0;
  for (u32 i = 0; i < bytes; ++i) sum += code[i] * direction[i];
  return sum;
}

#endif

#if defined(__AVX512F__)

inline __m512 load_tail(const float* p, u32 count) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
}

inline float squared_distance(const float* a, const float* b, u32 dim) {
  __m512 even = _mm512_setzero_ps(), odd = _mm512_setzero_ps();
  u32 i = 0;
  for (; i + 32 <= dim; i += 32) {
    __m512 x = _mm512_sub_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    __m512 y = _mm512_sub_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16));
    even = _mm512_fmadd_ps(x, x, even);
    odd = _mm512_fmadd_ps(y, y, odd);
  }
  for (; i < dim; i += 16) {
    u32 left = dim - i < 16 ? dim - i : 16;
    __m512 x = _mm512_sub_ps(load_tail(a + i, left), load_tail(b + i, left));
    even = _mm512_fmadd_ps(x, x, even);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(even, odd));
}

inline float product(const float* a, const float* b, u32 dim) {
  __m512 sum = _mm512_setzero_ps();
  for (u32 i = 0; i < dim; i += 16) {
    u32 left = dim - i < 16 ? dim - i : 16;
    sum = _mm512_fmadd_ps(load_tail(a + i, left), load_tail(b + i, left), sum);
  }
  return _mm512_reduce_add_ps(sum);
}

#elif defined(__AVX2__)

inline float sum_of(__m256 lanes) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

inline float squared_distance(const float* a, const float* b, u32 dim) {
  __m256 even = _mm256_setzero_ps(), odd = _mm256_setzero_ps();
  u32 i = 0;
  for (; i + 16 <= dim; i += 16) {
    __m256 x = _mm256_sub_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
    __m256 y = _mm256_sub_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8));
    even = _mm256_fmadd_ps(x, x, even);
    odd = _mm256_fmadd_ps(y, y, odd);
  }
  float sum = sum_of(_mm256_add_ps(even, odd));
  for (; i < dim; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

inline float product(const float* a, const float* b, u32 dim) {
  __m256 lanes = _mm256_setzero_ps();
  u32 i = 0;
  for (; i + 8 <= dim; i += 8) lanes = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), lanes);
  float sum = sum_of(lanes);
  for (; i < dim; ++i) sum += a[i] * b[i];
  return sum;
}

#else

// Eight partial sums: the compiler may not reorder float additions, so the code does.
template <class Term>
inline float summed(u32 dim, Term term) {
  float sums[8] = {};
  u32 i = 0;
  for (; i + 8 <= dim; i += 8)
    for (u32 j = 0; j < 8; ++j) sums[j] += term(i + j);
  for (; i < dim; ++i) sums[0] += term(i);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

inline float squared_distance(const float* a, const float* b, u32 dim) {
  return summed(dim, [&](u32 i) { return (a[i] - b[i]) * (a[i] - b[i]); });
}

inline float product(const float* a, const float* b, u32 dim) {
  return summed(dim, [&](u32 i) { return a[i] * b[i]; });
}

#endif

inline void prefetch(const void* address, size_t bytes) {
  const char* p = static_cast<const char*>(address);
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(p + i);
}

}  // namespace grnnd::simd
