#include "server/api/process_figures.h"

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace tagline::server {

ProcessFigures process_figures() {
  ProcessFigures now;
  std::uint64_t pages = 0;
  if (std::ifstream file("/proc/self/statm"); file >> pages >> pages) {
    now.resident_bytes = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  std::error_code ignored;
  std::filesystem::directory_iterator files("/proc/self/fd", ignored);
  while (!ignored && files != std::filesystem::directory_iterator()) {
    ++now.open_files;
    files.increment(ignored);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    now.open_files_max = limit.rlim_cur;
  }
  return now;
}

}  // namespace tagline::server
