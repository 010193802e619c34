#include "cpu.hpp"

#include <cstdlib>
#include <cstring>

namespace fluidseries {

#if defined(__x86_64__)
extern const Kernels kernels_v2, kernels_v3, kernels_v4;

namespace {
// The compiler's own test asks the processor and whether the system saves the wide registers.
const Kernels* const* all_tables(int& n) {
    static const Kernels* usable[3];
    static int count = 0;
    if (count == 0) {
        __builtin_cpu_init();
        usable[count++] = &kernels_v2;
        const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi2");
        if (v3) usable[count++] = &kernels_v3;
        if (v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl"))
            usable[count++] = &kernels_v4;
    }
    n = count;
    return usable;
}
}  // namespace
#else
extern const Kernels kernels_v2;

namespace {
const Kernels* const* all_tables(int& n) {
    static const Kernels* const usable[] = {&kernels_v2};
    n = 1;
    return usable;
}
}  // namespace
#endif

std::vector<const char*> usable_instruction_sets() {
    int n;
    const Kernels* const* tables = all_tables(n);
    std::vector<const char*> names;
    for (int i = 0; i < n; ++i) names.push_back(tables[i]->name);
    return names;
}

const Kernels& kernels() {
    static const Kernels* const chosen = [] {
        int n;
        const Kernels* const* tables = all_tables(n);
        if (const char* wanted = std::getenv("FLUIDSERIES_INSTRUCTION_SET"))
            for (int i = 0; i < n; ++i)
                if (std::strcmp(tables[i]->name, wanted) == 0) return tables[i];
        return tables[n - 1];
    }();
    return *chosen;
}

}  // namespace fluidseries
