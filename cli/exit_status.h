// Exit statuses. Scripts depend on them.
#pragma once

#include "engine/error.h"

namespace tagline::cli {

inline constexpr int kFine = 0;
inline constexpr int kInputAtFault = 1;   ///< the user's expression or data
inline constexpr int kFaultFound = 1;     ///< `doctor` did its work, and something is at fault
inline constexpr int kUsage = 2;          ///< the command line itself
inline constexpr int kSystemAtFault = 3;  ///< the database or the system
inline constexpr int kInterrupted = 130;  ///< Ctrl-C ended it, as shells say of SIGINT

[[nodiscard]] inline int exit_status(const Error& error) {
  return fault_of(error.code()) == Fault::Input ? kInputAtFault : kSystemAtFault;
}

}  // namespace tagline::cli
