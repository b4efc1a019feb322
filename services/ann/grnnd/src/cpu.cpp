// Which of the compiled cores this CPU can run. Compiled for the baseline, so that it can always be asked. Each feature that
// a core is compiled for (CMakeLists.txt) is asked for: a virtual machine may mask any of them.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

namespace {

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
         __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

bool has_avx512() {
#if defined(__x86_64__)
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

}  // namespace

NB_MODULE(_cpu, m) {
  m.def("has_avx2", &has_avx2);
  m.def("has_avx512", &has_avx512);
}
