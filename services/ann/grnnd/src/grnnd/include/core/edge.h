// What CPU and GPU share before any algorithm: fixed-width types, hashes, and an edge packed into 64 bits.
// No standard headers: NVRTC has none.
#pragma once

#ifdef __CUDACC__
#define GRNND_HD __device__ __forceinline__
#else
#define GRNND_HD inline
#endif

namespace grnnd {

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;

constexpr u32 kNone = 0xffffffffu;   // no vertex
constexpr u64 kEmpty = ~0ull;        // no edge: larger than every edge, so a minimum replaces it
constexpr u32 kIdMask = 0x7fffffffu; // 31 bits: an edge keeps one for its flag

// Finaliser of MurmurHash3: every input bit changes half of the output bits.
GRNND_HD u32 hash32(u32 x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}

GRNND_HD u32 hash32(u32 a, u32 b) { return hash32(a * 0x9e3779b9u + hash32(b)); }

// Of an unordered pair: decides between edges of equal length, the same way from both ends.
GRNND_HD u32 tie(u32 a, u32 b) { return a < b ? hash32(a, b) : hash32(b, a); }

// An edge of owner u to v: distance | (v ^ mask(u)) | is_new, from the top. Comparing the 64 bits compares distances
// first. The mask differs from owner to owner: without it, a thousand equal vectors would all keep the same few
// neighbours of lowest id. OLD (0) sorts before NEW (1), so of two edges to one vertex the minimum is the OLD one.
GRNND_HD u32 mask_of(u32 owner) { return hash32(owner ^ 0x5bd1e995u) & kIdMask; }
GRNND_HD u64 edge(u32 distance, u32 v, u32 mask, bool is_new) {
  return static_cast<u64>(distance) << 32 | static_cast<u64>((v ^ mask) << 1) | static_cast<u64>(is_new);
}
GRNND_HD u32 distance_of(u64 edge) { return static_cast<u32>(edge >> 32); }
GRNND_HD u32 vertex_of(u64 edge, u32 mask) { return (static_cast<u32>(edge) >> 1) ^ mask; }
GRNND_HD bool is_new(u64 edge) { return (edge & 1) != 0; }
GRNND_HD u64 as_old(u64 edge) { return edge & ~1ull; }
GRNND_HD bool same_vertex(u64 a, u64 b) { return (a >> 1) == (b >> 1); }  // of one owner: equal ids are equally far

// Is edge a–b, of length ab, shorter than c–d? A total order: the nearest of equals is decided by `tie`.
GRNND_HD bool is_shorter(u32 ab, u32 a, u32 b, u32 cd, u32 c, u32 d) {
  return ab < cd || (ab == cd && tie(a, b) < tie(c, d));
}

}  // namespace grnnd
