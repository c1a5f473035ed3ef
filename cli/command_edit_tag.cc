#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "server/duration_text.h"
#include "server/scaled_number.h"
#include "server/service.h"
#include "server/tag_page_json.h"
#include "server/tags.h"

#include <optional>
#include <string>

namespace tagline::cli {
namespace {

/// "none" takes the bound away.
Status read_bound(const std::optional<std::string>& typed, unsigned scale, const char* option,
                  std::optional<std::int64_t>& bound, bool& none) {
  if (!typed.has_value()) {
    return {};
  }
  none = *typed == "none";
  if (none) {
    return {};
  }
  bound = server::scaled(*typed, scale);
  if (bound.has_value()) {
    return {};
  }
  const std::string digits = std::to_string(scale);
  return failure(ErrorCode::BadInput,
                 {std::string(option) + ": unexpected \"" + *typed + "\"",
                  std::string(option) + "：不应为“" + *typed + "”"},
                 {"expected a number with at most " + digits + " digits after the point, or none",
                  "此处应为小数不超过 " + digits + " 位的数字，或 none"});
}

}  // namespace

int run(const EditTagArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Write, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  server::Tags tags(*service);
  const auto record = tags.record(arguments.tag);
  if (!record.has_value()) {
    return console.report(record.error());
  }
  server::TagEdit change = arguments.change;
  for (const Status& read :
       {read_bound(arguments.min, record->scale, "--min", change.min, change.no_min),
        read_bound(arguments.max, record->scale, "--max", change.max, change.no_max)}) {
    if (!read.has_value()) {
      return console.report(read.error());
    }
  }
  if (arguments.ttl.has_value()) {
    change.ttl_s = *arguments.ttl == "none" ? 0 : server::parse_duration(*arguments.ttl);
    if (!change.ttl_s.has_value()) {
      return console.report(Error(
          ErrorCode::BadInput,
          {"--ttl: unexpected \"" + *arguments.ttl + "\"", "--ttl：不应为“" + *arguments.ttl + "”"},
          {"expected a duration such as 30d, 12h or 90m, or none",
           "此处应为时长，例如 30d、12h 或 90m，或 none"}));
    }
  }
  const auto page = tags.change(arguments.tag, change, {});
  if (!page.has_value()) {
    return report_refusal(page.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::tag_page_json(*page) + "\n");
    return kFine;
  }
  const std::string& name = record->name;
  console.out(console.say({"changed " + name + "\n", "已修改 " + name + "\n"}));
  return kFine;
}

}  // namespace tagline::cli
