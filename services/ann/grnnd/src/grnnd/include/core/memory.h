// Large arrays on huge pages: pools are read at random, and with 4 KiB pages most of the time went into page walks.
#pragma once

#include <malloc.h>
#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace grnnd {

// Gives back to the system what was freed and malloc still holds.
inline void give_back_freed() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

template <class T>
class Array {
 public:
  explicit Array(size_t count) : bytes_(count * sizeof(T)) {
    if (bytes_ == 0) return;
    void* place = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(place, bytes_, MADV_HUGEPAGE);  // a wish: failure changes nothing
#endif
    data_ = static_cast<T*>(place);
  }
  ~Array() { release(); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  // Gives the memory back; nothing may be read any more.
  void release() {
    if (data_ != nullptr) munmap(data_, bytes_);
    data_ = nullptr;
  }

  T* data() { return data_; }
  T& operator[](size_t i) { return data_[i]; }

 private:
  T* data_ = nullptr;
  size_t bytes_;
};

}  // namespace grnnd
