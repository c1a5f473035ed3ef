// The subcommands. Each prints its answer on standard output, everything else on standard error,
// and returns the exit status (cli/exit_status.h).
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

namespace tagline::cli {

[[nodiscard]] int run(const InferArguments& arguments, Console& console);
[[nodiscard]] int run(const LoadArguments& arguments, Console& console);
[[nodiscard]] int run(const IngestArguments& arguments, Console& console);
[[nodiscard]] int run(const QueryArguments& arguments, Console& console);
[[nodiscard]] int run(const OverlapArguments& arguments, Console& console);
[[nodiscard]] int run(const TagsArguments& arguments, Console& console);
[[nodiscard]] int run(const EditTagArguments& arguments, Console& console);
[[nodiscard]] int run(const UserArguments& arguments, Console& console);
[[nodiscard]] int run(const VerifyArguments& arguments, Console& console);
[[nodiscard]] int run(const CheckArguments& arguments, Console& console);

[[nodiscard]] int run(const WhyArguments& arguments, Console& console);
[[nodiscard]] int run(const CompleteArguments& arguments, Console& console);
[[nodiscard]] int run(const EventsArguments& arguments, Console& console);
[[nodiscard]] int run(const SegmentArguments& arguments, Console& console);
[[nodiscard]] int run(const KeyArguments& arguments, Console& console);
[[nodiscard]] int run(const IdentityArguments& arguments, Console& console);
/// Returns when it was told to stop.
[[nodiscard]] int run(const ServeArguments& arguments, Console& console);
[[nodiscard]] int run(const ExpireArguments& arguments, Console& console);
[[nodiscard]] int run(const BackupArguments& arguments, Console& console);
[[nodiscard]] int run(const DoctorArguments& arguments, Console& console);
[[nodiscard]] int run(const VersionArguments& arguments, Console& console);
/// Returns when its input ends, or it is told to.
[[nodiscard]] int run(const ReplArguments& arguments, Console& console);
[[nodiscard]] int run(const DemoArguments& arguments, Console& console);
[[nodiscard]] int run(const CompletionArguments& arguments, Console& console);
[[nodiscard]] int run(const ManualArguments& arguments, Console& console);

}  // namespace tagline::cli
