// Answers as JSON text, for the command line's --format json and for HTTP. Field names are part of
// the interface.
#pragma once

#include "dsl/check.h"
#include "ingest/load.h"
#include "server/service.h"
#include "storage/verify.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tagline::server {

/// {"expression", "count", "population", "as_of", "elapsed_us", "time_zone", "version", "warnings",
/// "methods"?, "explain"?}
[[nodiscard]] std::string answer_json(const Answer& answer, std::string_view text);
/// answer_json without "explain", + "sentence" and "nodes" of an explained answer.
[[nodiscard]] std::string nodes_json(const Answer& answer, std::string_view text);
/// {"ok": true, "canonical", "warnings"} or {"ok": false, "errors"}; `text` is the expression as
/// typed.
[[nodiscard]] std::string checked_json(const dsl::Checked& checked, std::string_view text);
/// {"ok": false, "code", "detail", "message", "hint", "errors": [...]}: what problem details of
/// HTTP say, of an expression; code, message and hint are the first fault's.
[[nodiscard]] std::string faults_json(const std::vector<dsl::Diagnostic>& faults,
                                      std::string_view text, dsl::Language language);
/// Who is told: by which face, in which language ("detail").
struct Told {
  Face face = Face::Command;
  dsl::Language language = dsl::Language::English;
};
/// The same of an error that has no place in an expression: "errors" has it alone, with "at": 1,
/// "length": 0 and no fixes. `code`: instead of the error's own; "": its own.
[[nodiscard]] std::string error_json(const Error& error, std::string_view code, const Told& told);
/// One of many expressions: where it stands in their file, what it is called there ("": nothing),
/// and itself, as typed.
struct BatchLine {
  std::size_t number = 0;  ///< from 1
  std::string_view title;
  std::string_view expression;
};
/// answer_json + "line", "title"
[[nodiscard]] std::string answered_line_json(const Answer& answer, const BatchLine& line);
/// {"ok": false, "line", "title", "expression", "errors"}
[[nodiscard]] std::string refused_line_json(const Refusal& refusal, const BatchLine& line);
/// {"population", "version", "time_zone", "tags": [...]}
[[nodiscard]] std::string catalog_json(const Catalog& catalog);
/// {"id", "index", "tags": {name: value}, "events": {name: {"count", "days", "first", "last",
/// "amount"?}}, "lists": [...]}
[[nodiscard]] std::string profile_json(const UserProfile& profile);
[[nodiscard]] std::string verify_json(const Verified& report);
[[nodiscard]] std::string load_json(const ingest::LoadReport& report);
/// A text as a JSON string.
[[nodiscard]] std::string quoted_json(std::string_view text);

/// The "expression" of one line of `check --batch`; BadInput when the line is not {"expression":
/// TEXT}.
[[nodiscard]] Result<std::string> expression_of_json(std::string_view line);

}  // namespace tagline::server
