#include "server/answer_mark.h"

#include "dsl/fingerprint_hash.h"
#include "server/as_of.h"
#include "server/cursor.h"

#include <utility>

namespace tagline::server {
namespace {

// To be raised when the same data and question may be answered otherwise than by releases before.
constexpr std::uint64_t kLayout = 1;
constexpr std::size_t kBytes = 16;

}  // namespace

AnswerState state_of(const Answer& answer) {
  return {answer.database, answer.version, answer.as_of};
}

Result<AnswerState> state_now(Service& service, std::optional<std::chrono::sys_days> as_of) {
  return service.store().read([&](const storage::Snapshot& snapshot) -> Result<AnswerState> {
    TAGLINE_ASSIGN_OR_RETURN(const std::chrono::sys_days day, as_of_day(as_of, snapshot));
    return AnswerState{key_of(snapshot.seed()), snapshot.version(), day};
  });
}

std::string mark_of(const AnswerState& state, std::string_view question) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  dsl::FingerprintHash hash;
  hash.text("tagline answer");
  hash.number(kLayout);
  hash.number(state.database);
  hash.number(state.version);
  hash.number(std::int64_t{state.as_of.time_since_epoch().count()});
  hash.text(question);
  const dsl::Digest digest = std::move(hash).finish();
  std::string mark = std::to_string(state.version) + "-";
  for (std::size_t i = 0; i < kBytes; ++i) {
    mark += kDigits[digest[i] >> 4U];
    mark += kDigits[digest[i] & 0xFU];
  }
  return mark;
}

}  // namespace tagline::server
