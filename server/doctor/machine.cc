#include "server/doctor/machine.h"

#include "storage/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <langinfo.h>
#include <limits>
#include <locale.h>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/timex.h>
#include <system_error>
#include <unistd.h>

namespace tagline::server {
namespace {

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// "MemAvailable:   123 kB" of /proc/meminfo, in bytes; 0 when it is not there.
std::uint64_t memory_line(const std::string& name) {
  constexpr std::uint64_t kKibBytes = 1'024;
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string found;
    std::uint64_t kib = 0;
    if (fields >> found >> kib && found == name + ":") {
      return kib * kKibBytes;
    }
  }
  return 0;
}

/// The folders of this process' control group and those above it, of version 2 of control groups.
std::vector<std::filesystem::path> control_groups() {
  const std::filesystem::path top = "/sys/fs/cgroup";
  std::vector<std::filesystem::path> groups;
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::", 0) != 0) {
      continue;
    }
    std::filesystem::path group = line.substr(3);
    while (group.has_relative_path()) {
      groups.push_back(top / group.relative_path());
      group = group.parent_path();
    }
  }
  groups.push_back(top);  // a container's own
  return groups;
}

void read_control_groups(Machine& machine) {
  for (const auto& group : control_groups()) {
    std::istringstream memory(first_line(group / "memory.max"));
    if (std::uint64_t bytes = 0; memory >> bytes) {
      machine.memory_max = std::min(bytes, machine.memory_max.value_or(bytes));
    }
    std::istringstream time(first_line(group / "cpu.max"));
    if (double quota = 0, period = 0; time >> quota >> period && period > 0) {
      machine.core_share = std::min(quota / period, machine.core_share.value_or(quota / period));
    }
  }
}

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  }
  return static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

void read_limits(Machine& machine) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    machine.files_max_soft = limit.rlim_cur;
    machine.files_max_hard = limit.rlim_max;
  }
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    machine.address_space_max = limit.rlim_cur;
  }
  std::uint64_t pages = 0;
  if (std::ifstream file("/proc/self/statm"); file >> pages) {
    machine.address_space_used = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
}

/// "always [madvise] never": the word in brackets.
std::string chosen_word(const std::string& words) {
  const std::size_t open = words.find('[');
  const std::size_t close = words.find(']');
  return open == std::string::npos || close == std::string::npos || close < open
             ? std::string()
             : words.substr(open + 1, close - open - 1);
}

std::optional<bool> clock_is_set() {
  timex clock{};
  const int state = adjtimex(&clock);
  return state < 0 ? std::nullopt : std::optional((clock.status & STA_UNSYNC) == 0);
}

void read_locale(Machine& machine) {
  constexpr std::array<const char*, 3> kVariables = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (const char* name : kVariables) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      machine.locale = value;
      break;
    }
  }
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale != nullptr) {
    machine.charset = nl_langinfo_l(CODESET, locale);
    freelocale(locale);
  }
}

void read_temporary_folder(Machine& machine) {
  std::error_code problem;
  const auto folder = std::filesystem::temp_directory_path(problem);
  const char* named = std::getenv("TMPDIR");
  machine.temporary_folder = !problem ? folder.string() : named != nullptr ? named : "/tmp";
  machine.temporary_usable =
      !problem && faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

}  // namespace

Machine look_at_machine() {
  Machine machine;
  machine.kernels = kernel_sets();
  machine.cores = usable_cores();
  machine.memory_bytes = memory_line("MemTotal");
  machine.memory_available_bytes = memory_line("MemAvailable");
  read_control_groups(machine);
  read_limits(machine);
  machine.huge_pages = chosen_word(first_line("/sys/kernel/mm/transparent_hugepage/enabled"));
  machine.now = std::chrono::system_clock::now();
  machine.clock_is_set = clock_is_set();
  machine.zones = storage::check_time_zone("Asia/Shanghai").has_value();
  read_locale(machine);
  read_temporary_folder(machine);
  return machine;
}

}  // namespace tagline::server
