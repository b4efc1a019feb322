// What goes wrong inside of a parallel region: an exception that left it would end the program (OpenMP 5.2, §10.1), so the
// first one waits there and is thrown behind it.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

namespace grnnd {

class Trouble {
 public:
  // Does nothing once something went wrong: what is left of the work is dropped.
  template <class F>
  void guard(F f) noexcept {
    if (met_.load(std::memory_order_relaxed)) return;
    try {
      f();
    } catch (...) {
      std::lock_guard lock(mutex_);
      if (!first_) first_ = std::current_exception();
      met_.store(true, std::memory_order_relaxed);
    }
  }

  // Behind the region.
  void rethrow() {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::atomic<bool> met_{false};
  std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace grnnd
