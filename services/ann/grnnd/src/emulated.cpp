// The CUDA kernels for Python without a device: same names and arguments, warps one after the other.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <vector>

#include "cuda/emulated.h"
#include "cuda/kernels.h"

namespace nb = nanobind;

namespace {

using namespace grnnd;

template <class T>
using In = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <class T>
using Out = nb::ndarray<T, nb::c_contig, nb::device::cpu>;
using Keys = std::vector<u64>;

template <class F>
void each_team(u32 count, F f) {
  EmulatedWarp team;
  for (u32 at = 0; at < count; ++at) f(team, at);
}

Pools pools_of(const Out<u64>& rows, const Out<u64>& inboxes, u32 capacity, u32 inbox) { return {rows.data(), inboxes.data(), capacity, inbox}; }

// The pointer only says which space is meant.
CodeSpace space_of(CodeSpace*, const In<u8>& points, const In<u32>&, u32 width) { return {points.data(), width}; }
FloatSpace space_of(FloatSpace*, const In<float>& points, const In<u32>& order, u32 width) { return {points.data(), order.data(), width}; }
ProductSpace space_of(ProductSpace*, const In<float>& points, const In<u32>& order, u32 width) { return {{points.data(), order.data(), width}}; }

template <class Space, class T>
void bind_measuring(nb::module_& m, const std::string& suffix) {
  m.def(("pick_" + suffix).c_str(), [](u32 count, u32, In<T> points, In<u32> order, u32 width, In<u64> choices, Out<u32> lines) {
    const auto space = space_of(static_cast<Space*>(nullptr), points, order, width);
    each_team(count, [&](EmulatedWarp& team, u32 at) { pick_step(team, at, space, choices.data(), lines.data()); });
  });
  m.def(("position_" + suffix).c_str(), [](u32 count, u32, In<T> points, In<u32> order, u32 width, In<u32> ids, In<u32> slot_of, In<u32> nodes,
                                           In<u32> lines, u32 seed, Out<u64> keys) {
    const auto space = space_of(static_cast<Space*>(nullptr), points, order, width);
    each_team(count, [&](EmulatedWarp& team, u32 at) {
      position_step(team, at, space, ids.data(), slot_of.data(), nodes.data(), lines.data(), seed, keys.data());
    });
  });
  m.def(("join_" + suffix).c_str(), [](u32 count, u32 room, In<T> points, In<u32> order, u32 width, Out<u64> rows, Out<u64> inboxes, u32 capacity,
                                       u32 inbox, In<u32> ids, In<u32> leaf_of, In<u32> bounds) {
    const auto space = space_of(static_cast<Space*>(nullptr), points, order, width);
    Keys keys(room);
    std::vector<u32> lengths(room);
    each_team(count, [&](EmulatedWarp& team, u32 at) {
      join_step(team, at, space, pools_of(rows, inboxes, capacity, inbox), ids.data(), leaf_of.data(), bounds.data(), lengths.data(), keys.data());
    });
  });
  m.def(("refine_" + suffix).c_str(), [](u32 count, u32 room, In<T> points, In<u32> order, u32 width, Out<u64> rows, Out<u64> inboxes,
                                         u32 capacity, u32 inbox, u32 order_seed) {
    const auto space = space_of(static_cast<Space*>(nullptr), points, order, width);
    Keys keys(room);
    each_team(count, [&](EmulatedWarp& team, u32 u) {
      refine(team, space, pools_of(rows, inboxes, capacity, inbox), u, order_seed, keys.data());
    });
  });
  m.def(("prune_" + suffix).c_str(), [](u32 count, u32 room, In<T> points, In<u32> order, u32 width, Out<u64> rows, Out<u64> inboxes,
                                        u32 capacity, u32 inbox, u32 degree, u32 slack, Out<u32> out) {
    const auto space = space_of(static_cast<Space*>(nullptr), points, order, width);
    Keys keys(room);
    each_team(count, [&](EmulatedWarp& team, u32 u) {
      prune_step(team, u, space, pools_of(rows, inboxes, capacity, inbox), degree, slack, keys.data(), out.data());
    });
  });
}

}  // namespace

NB_MODULE(_emulated, m) {
  m.def("choose", [](u32 count, u32, In<u32> ids, In<u32> slot_of, In<u32> nodes, u32 places, u32 seed, Out<u64> choices) {
    each_team(count, [&](EmulatedWarp& team, u32 at) {
      choose_step(team, at, ids.data(), slot_of.data(), nodes.data(), places, seed, choices.data());
    });
  });
  m.def("absorb_rows", [](u32 count, u32 room, Out<u64> rows, Out<u64> inboxes, u32 capacity, u32 inbox) {
    Keys keys(room);
    each_team(count, [&](EmulatedWarp& team, u32 u) { absorb(team, pools_of(rows, inboxes, capacity, inbox), u, keys.data()); });
  });
  m.def("reverse_rows", [](u32 count, u32, Out<u64> rows, Out<u64> inboxes, u32 capacity, u32 inbox, u32 share, u32 seed) {
    each_team(count, [&](EmulatedWarp& team, u32 u) { reverse(team, pools_of(rows, inboxes, capacity, inbox), u, share, seed); });
  });
  bind_measuring<CodeSpace, u8>(m, "codes");
  bind_measuring<FloatSpace, float>(m, "points");
  bind_measuring<ProductSpace, float>(m, "products");

  // The primitives alone, for tests against numpy.
  m.def("warp_sort", [](Out<u64> keys, u32 count) { EmulatedWarp().sort(keys.data(), count); });
  m.def("warp_compact", [](Out<u64> keys, u32 count) {
    u64* data = keys.data();
    return EmulatedWarp().compact(data, count, [&](u32 i) { return data[i] != kEmpty && (i == 0 || !same_vertex(data[i], data[i - 1])); });
  });
  m.def("warp_code_distance", [](In<u8> codes, u32 a, u32 b) {
    return EmulatedWarp().distance(CodeSpace{codes.data(), static_cast<u32>(codes.shape(1))}, a, b);
  });
  m.def("warp_code_position", [](In<u8> codes, u32 a, u32 b, u32 v) {
    return EmulatedWarp().position(CodeSpace{codes.data(), static_cast<u32>(codes.shape(1))}, a, b, v);
  });
}
