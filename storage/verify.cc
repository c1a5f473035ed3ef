#include "storage/verify.h"

#include "storage/verifier.h"

#include <mutex>

namespace tagline::storage {

namespace {

// A report is read by people; the count says how many more there are.
constexpr std::size_t kProblemsKept = 100;

}  // namespace

void Verifier::problem(const std::string& en, const std::string& zh) {
  ++report.problem_count;
  if (report.problems.size() < kProblemsKept) {
    report.problems.push_back({en, zh});
  }
}

Result<VerifyReport> Verifier::run(const Snapshot& snapshot, const Progress& progress) {
  Snapshot::Rep& rep = *snapshot.rep_;
  const std::lock_guard lock(rep.mutex);
  Verifier verifier{rep.reading.txn, rep.meta, {}, {}, {}, {}};
  TAGLINE_RETURN_IF_ERROR(verifier.check_tags());
  TAGLINE_RETURN_IF_ERROR(verifier.check_values());
  TAGLINE_RETURN_IF_ERROR(verifier.check_segments());
  TAGLINE_RETURN_IF_ERROR(verifier.check_rules());
  TAGLINE_RETURN_IF_ERROR(verifier.check_origins());
  TAGLINE_RETURN_IF_ERROR(verifier.check_histories());
  TAGLINE_RETURN_IF_ERROR(verifier.check_spreads());
  TAGLINE_RETURN_IF_ERROR(verifier.check_loads());
  TAGLINE_RETURN_IF_ERROR(verifier.check_settings());
  TAGLINE_RETURN_IF_ERROR(verifier.check_changes());
  TAGLINE_RETURN_IF_ERROR(verifier.check_requests());
  TAGLINE_RETURN_IF_ERROR(verifier.check_positions());
  TAGLINE_RETURN_IF_ERROR(verifier.check_fragments(progress));
  TAGLINE_RETURN_IF_ERROR(verifier.check_times());
  TAGLINE_RETURN_IF_ERROR(verifier.check_users());
  TAGLINE_RETURN_IF_ERROR(verifier.check_identities());
  TAGLINE_RETURN_IF_ERROR(verifier.check_merges());
  return std::move(verifier.report);
}

Result<VerifyReport> verify(const Snapshot& snapshot,
                            const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Verifier::run(snapshot, progress);
}

}  // namespace tagline::storage
