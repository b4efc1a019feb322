// The Python face of the core; no logic. Compiled once per instruction set, as module GRNND_MODULE.
// Arrays arrive C-contiguous with the dtype of their name; their shapes are checked by the callers in Python.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "core/build.h"
#include "core/insert.h"
#include "core/memory.h"
#include "core/repair.h"
#include "core/search.h"
#include "core/unite.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace grnnd {
namespace {

template <class T>
using In = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <class T>
using Out = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

struct PythonWatcher : Watcher {
  explicit PythonWatcher(nb::object on_chunk) : call(std::move(on_chunk)) {}
  void on_chunk(const char* phase, u32 round, u32 done, u32 of, u64 distances) override {
    nb::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (!call.is_none()) call(phase, round, done, of, distances);
  }
  nb::object call;
};

CodeSpace code_space(const In<u8>& codes) { return {codes.data(), static_cast<u32>(codes.shape(1))}; }
FloatSpace float_space(const In<float>& points, const In<u32>& order) {
  return {points.data(), order.data(), static_cast<u32>(points.shape(1))};
}

ProductSpace product_space(const In<float>& points, const In<u32>& order) { return {float_space(points, order)}; }

template <class Space>
void order_into(const Space& space, u32 leaf, u32 seed, int threads, const Out<u32>& out) {
  nb::gil_scoped_release released;
  const std::vector<u32> order = tree_order(space, static_cast<u32>(out.shape(0)), leaf, seed, threads);
  std::copy(order.begin(), order.end(), out.data());
}

template <class Space>
u64 build_into(const Space& space, const BuildParams& params, const Out<u32>& out, const In<u32>& first, nb::object on_chunk) {
  PythonWatcher watcher(std::move(on_chunk));
  nb::gil_scoped_release released;
  Builder<Scalar, Space> builder(space, static_cast<u32>(out.shape(0)), params, watcher);
  const u32 first_degree = static_cast<u32>(first.shape(1));
  builder.run(out.data(), first_degree == 0 ? nullptr : first.data(), first_degree);
  return builder.distances();
}

template <class Space>
u32 repair_in(const Space& space, const Out<u32>& neighbours, const In<u32>& entries) {
  nb::gil_scoped_release released;
  return Repair<Space>(space, static_cast<u32>(neighbours.shape(0)), static_cast<u32>(neighbours.shape(1)), neighbours.data(),
                       entries.data(), static_cast<u32>(entries.shape(0)))
      .run();
}

template <class Space>
void insert_in(const Space& space, const Out<u32>& edges, u32 built, u32 slack, u32 width, const In<u32>& entries) {
  nb::gil_scoped_release released;
  const u32 count = static_cast<u32>(edges.shape(0)), degree = static_cast<u32>(edges.shape(1));
  Inserter<Scalar, Space> inserter(space, count, degree, slack, width, edges.data(), entries.data(), static_cast<u32>(entries.shape(0)));
  for (u32 u = built; u < count; ++u) inserter.insert(u);
}

template <class Space>
u64 unite_in(const Space& space, const In<u32>& candidates, u32 first, u32 slack, int threads, const Out<u32>& out) {
  nb::gil_scoped_release released;
  return unite(space, candidates.data(), static_cast<u32>(candidates.shape(0)), static_cast<u32>(candidates.shape(1)), first,
               static_cast<u32>(out.shape(1)), slack, threads, out.data());
}

// Rows in the order of vertices, so that a code row is a vertex.
template <class Encode>
void encode_rows(const In<float>& points, const In<u32>& order, int threads, Encode encode) {
  nb::gil_scoped_release released;
  const long long count = static_cast<long long>(order.shape(0));
  const size_t dim = points.shape(1);
  Trouble trouble;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (long long v = 0; v < count; ++v)
    trouble.guard([&] { encode(points.data() + order.data()[v] * dim, static_cast<u32>(dim), v); });
  trouble.rethrow();
}

void encode_bytes(const In<float>& points, const In<u32>& order, const In<float>& low, float step, const Out<u8>& out, int threads) {
  const u32 row_bytes = static_cast<u32>(out.shape(1));
  encode_rows(points, order, threads, [&](const float* x, u32 dim, long long v) {
    ByteCodes::encode(x, dim, row_bytes, low.data(), step, out.data() + v * row_bytes);
  });
}

void encode_halves(const In<float>& points, const In<u32>& order, const Out<u16>& out, int threads) {
  encode_rows(points, order, threads, [&](const float* x, u32 dim, long long v) { HalfCodes::encode(x, dim, out.data() + v * dim); });
}

void encode_bits(const In<float>& points, const In<u32>& order, const In<float>& centre, const Out<u8>& out, int threads) {
  const u32 row_bytes = static_cast<u32>(out.shape(1));
  encode_rows(points, order, threads, [&](const float* x, u32 dim, long long v) {
    thread_local std::vector<float> scratch;
    scratch.resize(padded_dim(dim));
    BitCodes::encode(x, dim, centre.data(), scratch.data(), out.data() + v * row_bytes);
  });
}

// A Searcher with the arrays it looks into, which it keeps alive.
class Index {
 public:
  Index(In<float> points, In<u32> order, In<u32> neighbours, In<u32> entries, Metric metric)
      : points_(points), order_(order), neighbours_(neighbours), entries_(entries),
        is_product_(metric == Metric::inner_product),
        searcher_({static_cast<u32>(neighbours.shape(0)), static_cast<u32>(neighbours.shape(1)), neighbours.data(), order.data(),
                   {entries.data(), static_cast<u32>(entries.shape(0))}},
                  points.data(), static_cast<u32>(points.shape(0)), static_cast<u32>(points.shape(1)), metric) {}

  template <class Codes>
  void search(const Codes& codes, const In<float>& queries, u32 rerank, u32 ef, const In<u8>& filter, u32 matching, double deadline_s, int threads, const Out<long long>& rows, const Out<float>& distances, const Out<u8>& truncated) {
    const SearchParams params{static_cast<u32>(rows.shape(1)), ef, {filter.shape(0) == 0 ? nullptr : filter.data()}, matching, threads,
                              deadline_s};
    nb::gil_scoped_release released;
    searcher_.search(codes, queries.data(), static_cast<u32>(queries.shape(0)), rerank, params,
                     {rows.data(), distances.data(), truncated.data()});
  }

  void scan(const In<float>& queries, const In<u8>& filter, double deadline_s, int threads, const Out<long long>& rows, const Out<float>& distances, const Out<u8>& truncated) const {
    const SearchParams params{static_cast<u32>(rows.shape(1)), 0, {filter.shape(0) == 0 ? nullptr : filter.data()}, 0, threads, deadline_s};
    nb::gil_scoped_release released;
    searcher_.scan_all(queries.data(), static_cast<u32>(queries.shape(0)), params, {rows.data(), distances.data(), truncated.data()});
  }

  FloatCodes float_codes() const { return {points_.data(), order_.data(), static_cast<u32>(points_.shape(1)), is_product_}; }
  bool is_scanned(u32 k, u32 ef, u32 matching) const { return searcher_.is_scanned({k, ef, {}, matching, 1, 0}); }

 private:
  In<float> points_;
  In<u32> order_;
  In<u32> neighbours_;
  In<u32> entries_;
  bool is_product_;
  Searcher searcher_;
};

// Codes with the arrays they look into.
template <class Codes, class... Arrays>
struct Held {
  std::tuple<Arrays...> arrays;
  Codes codes;
};
using HeldBytes = Held<ByteCodes, In<u8>, In<float>>;
using HeldHalves = Held<HalfCodes, In<u16>>;
using HeldBits = Held<BitCodes, In<u8>, In<float>>;

template <class Codes>
void bind_search(nb::class_<Index>& index) {
  index.def("search", [](Index& self, const Codes& codes, In<float> queries, u32 rerank, u32 ef, In<u8> filter, u32 matching,
                         double deadline_s, int threads, Out<long long> rows, Out<float> distances, Out<u8> truncated) {
    if constexpr (std::is_same_v<Codes, FloatCodes>)
      self.search(codes, queries, rerank, ef, filter, matching, deadline_s, threads, rows, distances, truncated);
    else
      self.search(codes.codes, queries, rerank, ef, filter, matching, deadline_s, threads, rows, distances, truncated);
  });
}

}  // namespace
}  // namespace grnnd

NB_MODULE(GRNND_MODULE, m) {
  using namespace grnnd;
  nb::enum_<Metric>(m, "Metric")
      .value("L2", Metric::l2)
      .value("INNER_PRODUCT", Metric::inner_product)
      .value("COSINE", Metric::cosine);
  nb::class_<BuildParams>(m, "BuildParams")
      .def("__init__",
           [](BuildParams* self, u32 degree, u32 capacity, u32 inbox, u32 trees, u32 leaf, u32 rounds, u32 slack, u32 reverse_share,
              bool disordered, bool is_arranged, u32 seed, int threads) {
             new (self) BuildParams{degree, capacity, inbox, trees, leaf, rounds, slack, reverse_share, disordered, is_arranged, seed, threads};
           },
           nb::kw_only(), "degree"_a, "capacity"_a, "inbox"_a, "trees"_a, "leaf"_a, "rounds"_a, "slack"_a, "reverse_share"_a, "disordered"_a,
           "is_arranged"_a, "seed"_a, "threads"_a);
  m.attr("LINE_ATTEMPTS") = kLineAttempts;
  m.def("give_back_freed", [] {
    nb::gil_scoped_release released;
    give_back_freed();
  });
  m.def("order_codes", [](In<u8> codes, u32 leaf, u32 seed, int threads, Out<u32> out) { order_into(code_space(codes), leaf, seed, threads, out); });
  m.def("order_points", [](In<float> points, In<u32> order, u32 leaf, u32 seed, int threads, Out<u32> out) {
    order_into(float_space(points, order), leaf, seed, threads, out);
  });
  m.def("build_codes", [](In<u8> codes, const BuildParams& params, Out<u32> out, In<u32> first, nb::object on_chunk) {
    return build_into(code_space(codes), params, out, first, std::move(on_chunk));
  }, "codes"_a, "params"_a, "out"_a, "first"_a, "on_chunk"_a.none());
  m.def("build_points", [](In<float> points, In<u32> order, const BuildParams& params, Out<u32> out, In<u32> first, nb::object on_chunk) {
    return build_into(float_space(points, order), params, out, first, std::move(on_chunk));
  }, "points"_a, "order"_a, "params"_a, "out"_a, "first"_a, "on_chunk"_a.none());
  m.def("build_products", [](In<float> points, In<u32> order, const BuildParams& params, Out<u32> out, In<u32> first, nb::object on_chunk) {
    return build_into(product_space(points, order), params, out, first, std::move(on_chunk));
  }, "points"_a, "order"_a, "params"_a, "out"_a, "first"_a, "on_chunk"_a.none());
  m.def("repair_codes", [](In<u8> codes, Out<u32> neighbours, In<u32> entries) { return repair_in(code_space(codes), neighbours, entries); });
  m.def("repair_points", [](In<float> points, In<u32> order, Out<u32> neighbours, In<u32> entries) {
    return repair_in(float_space(points, order), neighbours, entries);
  });
  m.def("repair_products", [](In<float> points, In<u32> order, Out<u32> neighbours, In<u32> entries) {
    return repair_in(product_space(points, order), neighbours, entries);
  });
  m.def("insert_codes", [](In<u8> codes, Out<u32> edges, u32 built, u32 slack, u32 width, In<u32> entries) {
    insert_in(code_space(codes), edges, built, slack, width, entries);
  });
  m.def("insert_points", [](In<float> points, In<u32> order, Out<u32> edges, u32 built, u32 slack, u32 width, In<u32> entries) {
    insert_in(float_space(points, order), edges, built, slack, width, entries);
  });
  m.def("insert_products", [](In<float> points, In<u32> order, Out<u32> edges, u32 built, u32 slack, u32 width, In<u32> entries) {
    insert_in(product_space(points, order), edges, built, slack, width, entries);
  });
  m.def("unite_codes", [](In<u8> codes, In<u32> candidates, u32 first, u32 slack, int threads, Out<u32> out) {
    return unite_in(code_space(codes), candidates, first, slack, threads, out);
  });
  m.def("unite_points", [](In<float> points, In<u32> order, In<u32> candidates, u32 first, u32 slack, int threads, Out<u32> out) {
    return unite_in(float_space(points, order), candidates, first, slack, threads, out);
  });
  m.def("encode_bytes", &encode_bytes);
  m.def("encode_halves", &encode_halves);
  m.def("encode_bits", &encode_bits);

  nb::class_<FloatCodes>(m, "FloatCodes");
  nb::class_<HeldBytes>(m, "ByteCodes").def("__init__", [](HeldBytes* self, In<u8> rows, In<float> low, float step) {
    new (self) HeldBytes{{rows, low}, {rows.data(), static_cast<u32>(low.shape(0)), static_cast<u32>(rows.shape(1)), low.data(), step}};
  });
  nb::class_<HeldHalves>(m, "HalfCodes").def("__init__", [](HeldHalves* self, In<u16> rows) {
    new (self) HeldHalves{{rows}, {rows.data(), static_cast<u32>(rows.shape(1))}};
  });
  nb::class_<HeldBits>(m, "BitCodes").def("__init__", [](HeldBits* self, In<u8> rows, In<float> centre) {
    new (self) HeldBits{{rows, centre}, {rows.data(), static_cast<u32>(centre.shape(0)), centre.data()}};
  });
  nb::class_<Index> index(m, "Index");
  index.def(nb::init<In<float>, In<u32>, In<u32>, In<u32>, Metric>()).def("float_codes", &Index::float_codes).def("is_scanned", &Index::is_scanned);
  index.def("scan", &Index::scan);
  bind_search<FloatCodes>(index);
  bind_search<HeldBytes>(index);
  bind_search<HeldHalves>(index);
  bind_search<HeldBits>(index);
}
