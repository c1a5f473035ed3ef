// Machine: what this process may use of the computer it runs on, as the operating system says it.
#pragma once

#include "server/build.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tagline::server {

struct Machine {
  KernelSets kernels;
  unsigned cores = 1;  ///< this process may run on
  /// Cores' worth of time its control group may take; nothing: no limit.
  std::optional<double> core_share;

  std::uint64_t memory_bytes = 0;            ///< 0: not known
  std::uint64_t memory_available_bytes = 0;  ///< without swapping
  std::optional<std::uint64_t> memory_max;   ///< of its control group

  std::uint64_t files_max_soft = 0;
  std::uint64_t files_max_hard = 0;
  std::optional<std::uint64_t> address_space_max;  ///< bytes
  std::uint64_t address_space_used = 0;            ///< by this process, before it opens anything

  std::string huge_pages;  ///< "always", "madvise", "never"; "": not known

  std::chrono::system_clock::time_point now;
  std::optional<bool> clock_is_set;  ///< by a time service; nothing: not known

  bool zones = true;    ///< the system's time zones can be read
  std::string locale;   ///< as the environment names it; "": not at all
  std::string charset;  ///< of that locale: "UTF-8"; "": the system does not have the locale

  std::string temporary_folder;
  bool temporary_usable = true;  ///< is a folder in which files can be made
};

/// Cost: some small files are read.
[[nodiscard]] Machine look_at_machine();

}  // namespace tagline::server
