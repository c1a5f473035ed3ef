// Answer marks: names of answers, so that nobody is given again what he has.
#pragma once

#include "engine/result.h"
#include "server/service.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

/// What an answer depends on besides the question.
struct AnswerState {
  std::uint64_t database = 0;  ///< as Answer::database
  std::uint64_t version = 0;   ///< of the data
  std::chrono::sys_days as_of;
};
[[nodiscard]] AnswerState state_of(const Answer& answer);
/// Of an answer that were given now. Nothing is checked or run.
[[nodiscard]] Result<AnswerState> state_now(Service& service,
                                            std::optional<std::chrono::sys_days> as_of);

/// "17-" (the version) and 32 hexadecimal digits of SHA-256. Equal marks are equal answers, but for
/// the time they took. `question` is all that the answer says something of: the expression as
/// typed (warnings point into it), and the form. (What Cursor says of copies of a database is true
/// of marks.)
[[nodiscard]] std::string mark_of(const AnswerState& state, std::string_view question);

}  // namespace tagline::server
