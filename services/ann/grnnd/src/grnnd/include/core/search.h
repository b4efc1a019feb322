// Queries in parallel: beam over codes or exact scan, then exact ranking. Always min(k, matching rows) answers, unless
// the deadline came first.
#pragma once

#include <omp.h>

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "beam.h"
#include "trouble.h"

namespace grnnd {

enum class Metric { l2, inner_product, cosine };

struct SearchParams {
  u32 k;
  u32 ef;
  Filter filter;
  u32 matching;  // rows that pass the filter
  int threads;
  double deadline_s;
};

struct Answers {
  long long* rows;   // queries × k, the caller's row numbers; -1 where there is none
  float* distances;  // queries × k; infinity where there is none
  u8* truncated;     // queries
};

// The k nearest of exactly measured rows; of equally far ones the lower row number first.
class Ranking {
 public:
  explicit Ranking(u32 k) { nearest_.reset(k); }
  // The distance may be negative, under inner product.
  void offer(float distance, u32 row) {
    nearest_.insert(static_cast<u64>(sortable(distance)) << 32 | row);
  }
  u32 size() const { return nearest_.size(); }
  void write(u32 k, long long* rows, float* distances) const {
    for (u32 i = 0; i < k; ++i) {
      if (i < size()) {
        const u32 key = static_cast<u32>(nearest_[i] >> 32);
        rows[i] = static_cast<u32>(nearest_[i]);
        distances[i] = key_float(key & 0x80000000u ? key & 0x7fffffffu : ~key);
      } else {
        rows[i] = -1;
        distances[i] = std::numeric_limits<float>::infinity();
      }
    }
  }

 private:
  Nearest nearest_;
};

class ScratchPool {
 public:
  explicit ScratchPool(u32 count) : count_(count) {}
  std::unique_ptr<Scratch> take() {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Scratch>(count_);
    std::unique_ptr<Scratch> scratch = std::move(idle_.back());
    idle_.pop_back();
    return scratch;
  }
  void give(std::unique_ptr<Scratch> scratch) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

 private:
  u32 count_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

class Searcher {
 public:
  // rows: of points; more than the graph has vertices while some are held out, which a filter must then leave out.
  Searcher(const GraphView& graph, const float* points, u32 rows, u32 dim, Metric metric)
      : graph_(graph), points_(points), rows_(rows), dim_(dim), metric_(metric), scratches_(graph.count),
        entries_(graph.entries.vertices, graph.entries.count, [this](u32 a, u32 b) {
          return simd::squared_distance(point(a), point(b), dim_);
        }) {
    graph_.entries = entries_.view();
  }

  // rerank: how many of the beam are measured exactly, at least k.
  template <class Codes>
  void search(const Codes& codes, const float* queries, u32 count, u32 rerank, const SearchParams& params, Answers out) {
    const Deadline deadline(params.deadline_s);
    if (is_scanned(params)) return scan_all(queries, count, params, deadline, out);
    const FloatCodes exact_codes(points_, graph_.order, dim_, metric_ == Metric::inner_product);
    Trouble trouble;
#pragma omp parallel num_threads(params.threads)
    {
      std::unique_ptr<Scratch> scratch;
      std::optional<typename Codes::Query> coded;
      std::optional<FloatCodes::Query> plain;
      trouble.guard([&] {
        scratch = scratches_.take();
        coded.emplace(codes);
        plain.emplace(exact_codes);
      });
#pragma omp for schedule(dynamic, 1)
      for (u32 i = 0; i < count; ++i) trouble.guard([&] {
        const float* q = queries + static_cast<size_t>(i) * dim_;
        Ranking ranking(params.k);
        bool complete = false;
        if (!deadline.has_passed()) {
          if (coded->prepare(q)) {
            complete = find(*coded, q, rerank, params, deadline, *scratch, ranking);
          } else {
            plain->prepare(q);
            complete = find(*plain, q, params.k, params, deadline, *scratch, ranking);
          }
        }
        write(ranking, complete, i, params, out);
      });
      trouble.guard([&] { scratches_.give(std::move(scratch)); });  // else it is dropped, with bits still set
    }
    trouble.rethrow();
  }

  // Exact answers: every row that passes is measured. Neither `ef` nor `matching` is looked at.
  void scan_all(const float* queries, u32 count, const SearchParams& params, Answers out) const {
    scan_all(queries, count, params, Deadline(params.deadline_s), out);
  }

  // A beam of width ef/s finds ef rows that pass a filter of selectivity s, at about `degree` distances a step; a scan
  // measures each matching row once, in order. Below this many matching rows the scan is the faster, and exact.
  bool is_scanned(const SearchParams& params) const {
    if (params.matching <= 2 * params.k) return true;
    const double selectivity = static_cast<double>(params.matching) / graph_.count;
    return params.matching * selectivity < kStepCost * params.ef;
  }

 private:
  static constexpr double kStepCost = 16;  // distances of a scan for the price of one step of a beam

  // The k nearest of what passes. Where few matching rows stand in a beam, they lie elsewhere: filter and surroundings of
  // the query have to do with each other, and the selectivity says nothing of it. Then the beam is widened, as long as
  // that costs less than a scan.
  template <class Query>
  bool find(const Query& query, const float* q, u32 rerank, const SearchParams& params, const Deadline& deadline,
            Scratch& scratch, Ranking& ranking) {
    const double selectivity = static_cast<double>(params.matching) / graph_.count;
    const u32 ef = std::max(params.ef, params.k);
    u32 width = static_cast<u32>(std::min<double>(ef / selectivity, graph_.count));
    bool complete = walk(graph_, query, width, params.filter, deadline, scratch);
    while (complete && !has_led_there(scratch, ef, params)) {
      const bool is_all = !scratch.beam.is_full();  // that can be reached
      scratch.forget();
      if (is_all || kStepCost * kWiden * width >= params.matching) return scan(q, 1, params.filter, deadline, &ranking);
      width *= kWiden;
      complete = walk(graph_, query, width, params.filter, deadline, scratch);
    }
    const Nearest& found = params.filter.bits != nullptr ? scratch.matching : scratch.beam;
    const u32 measured = std::min(found.size(), std::max(rerank, params.k));
    for (u32 i = 0; i < measured; ++i) prefetch_point(static_cast<u32>(found[i]) >> 1);
    for (u32 i = 0; i < measured; ++i) {
      const u32 row = graph_.order[static_cast<u32>(found[i]) >> 1];
      ranking.offer(exact_distance(q, row), row);
    }
    scratch.forget();
    return complete;
  }
  static constexpr u32 kWiden = 4;

  // Of ef matching rows that the beam should hold, does it hold half, and k? Those beyond it were met by the way, not
  // searched for. A beam with room left has met all that can be reached, and is as good as it gets.
  static bool has_led_there(const Scratch& scratch, u32 ef, const SearchParams& params) {
    if (params.filter.bits == nullptr) return scratch.beam.size() >= std::min(params.k, params.matching);
    const u32 needed = std::min(std::max(params.k, ef / 2), params.matching);
    if (!scratch.beam.is_full()) return scratch.matching.size() >= std::min(params.k, params.matching);
    return scratch.matching.size() >= needed && scratch.matching[needed - 1] <= scratch.beam.worst();
  }

  // A group of queries reads each row once: a single one waits for memory most of the time.
  void scan_all(const float* queries, u32 count, const SearchParams& params, const Deadline& deadline, Answers out) const {
    const u32 groups = (count + kGroup - 1) / kGroup;
    Trouble trouble;
#pragma omp parallel for num_threads(params.threads) schedule(dynamic, 1)
    for (u32 group = 0; group < groups; ++group) trouble.guard([&] {
      const u32 start = group * kGroup, size = std::min(kGroup, count - start);
      std::vector<Ranking> rankings(size, Ranking(params.k));
      const bool complete =
          scan(queries + static_cast<size_t>(start) * dim_, size, params.filter, deadline, rankings.data());
      for (u32 i = 0; i < size; ++i) write(rankings[i], complete, start + i, params, out);
    });
    trouble.rethrow();
  }
  static constexpr u32 kGroup = 8;

  bool scan(const float* queries, u32 count, const Filter& filter, const Deadline& deadline, Ranking* rankings) const {
    if (deadline.has_passed()) return false;
    u32 measured = 0;
    for (u32 row = 0; row < rows_; ++row) {
      if (filter.bits != nullptr && row % 8 == 0 && filter.bits[row / 8] == 0) {
        row += 7;
        continue;
      }
      if (!filter.passes(row)) continue;
      if (measured++ % 1024 == 1023 && deadline.has_passed()) return false;
      for (u32 i = 0; i < count; ++i)
        rankings[i].offer(exact_distance(queries + static_cast<size_t>(i) * dim_, row), row);
    }
    return true;
  }

  static void write(const Ranking& ranking, bool complete, u32 query, const SearchParams& params, Answers out) {
    const size_t place = static_cast<size_t>(query) * params.k;
    ranking.write(params.k, out.rows + place, out.distances + place);
    out.truncated[query] = !complete;
  }

  const float* point(u32 v) const { return points_ + static_cast<size_t>(graph_.order[v]) * dim_; }
  void prefetch_point(u32 v) const { simd::prefetch(point(v), dim_ * sizeof(float)); }

  float exact_distance(const float* q, u32 row) const {
    const float* x = points_ + static_cast<size_t>(row) * dim_;
    switch (metric_) {
      case Metric::l2:
        return simd::squared_distance(q, x, dim_);
      case Metric::cosine:
        return simd::squared_distance(q, x, dim_) / 2;
      case Metric::inner_product:
        return -simd::product(q, x, dim_);
    }
    throw std::logic_error("a metric that is not in the enum");
  }

  GraphView graph_;
  const float* points_;
  u32 rows_;
  u32 dim_;
  Metric metric_;
  ScratchPool scratches_;
  GroupedEntries entries_;
};

}  // namespace grnnd
