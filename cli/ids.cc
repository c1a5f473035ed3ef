#include "cli/ids.h"

#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/query_request.h"
#include "cli/refusal.h"
#include "server/answer_json.h"
#include "server/id_json.h"
#include "server/id_page.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

/// Lines are written by so many bytes at once.
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 16U;
/// A page in JSON is one object, made in memory.
constexpr std::uint64_t kJsonPageMax = 1'000'000;
constexpr std::uint64_t kIdsBetweenLooks = 4'096;

/// Ids one a line in a format.
class IdLines {
 public:
  IdLines(Format format, Console& console) : format_(format), console_(console) {
    if (format_ == Format::Csv) {
      lines_ = "id\n";
    }
  }

  void add(std::string_view id) {
    switch (format_) {
      case Format::Json:
      case Format::Ndjson:
        lines_ += server::quoted_json(id);
        break;
      case Format::Csv:
        lines_ += csv_field(id);
        break;
      case Format::Table:
        lines_ += id;
        break;
    }
    lines_ += '\n';
    if (lines_.size() >= kWrittenAtOnce) {
      flush();
    }
  }
  void flush() {
    console_.out(lines_);
    lines_.clear();
  }

 private:
  const Format format_;
  Console& console_;
  std::string lines_;
};

void print_rest(const server::IdPage& page, Console& console) {
  const std::string returned = grouped(page.returned);
  const std::string count = grouped(page.answer.count);
  const std::string remaining = grouped(page.remaining);
  console.err(console.say(
      {returned + " of " + count + " ids, " + remaining + " remain\n",
       "本页 " + returned + " 个编号，共 " + count + " 个，还剩 " + remaining + " 个\n"}));
  if (page.next.has_value()) {
    console.err(console.say({"next page: --after ", "下一页：--after "}) + *page.next + "\n");
  }
}

int run_page(const QueryArguments& arguments, server::Service& service, Console& console) {
  server::IdPageRequest request;
  request.limit = arguments.limit.value_or(std::numeric_limits<std::uint64_t>::max());
  if (!arguments.after.empty()) {
    request.after = arguments.after;
  }
  const bool one_object = arguments.format == Format::Json;
  if (one_object && request.limit > kJsonPageMax) {
    const std::string most = grouped(kJsonPageMax);
    return console.report(Error(
        ErrorCode::TooLarge,
        {"a page in JSON has at most " + most + " ids", "JSON 格式的一页最多 " + most + " 个编号"},
        {"write --limit with that or less, or --format ndjson for an id a line",
         "请用 --limit 写明不超过该数的个数，或用 --format ndjson 每行输出一个编号"}));
  }
  IdLines lines(arguments.format, console);
  std::vector<std::string> ids;
  const server::IdSink sink = [&](std::string_view id) {
    if (one_object) {
      ids.emplace_back(id);
    } else {
      lines.add(id);
    }
  };
  const QueryBudget budget(arguments.limits);
  const auto page = service.store().read([&](const storage::Snapshot& snapshot) {
    return server::id_page(snapshot, request_of(arguments, budget), request, sink);
  });
  if (!page.has_value()) {
    return report_refusal(page.error(), *arguments.expression, arguments.format, console);
  }
  if (one_object) {
    console.out(server::page_json(*page, ids, *arguments.expression) + "\n");
    return kFine;
  }
  lines.flush();
  print_rest(*page, console);
  return kFine;
}

}  // namespace

int run_ids(const QueryArguments& arguments, server::Service& service, Console& console) {
  if (arguments.limit.has_value() || !arguments.after.empty()) {
    return run_page(arguments, service, console);
  }
  IdLines lines(arguments.format, console);
  const QueryBudget budget(arguments.limits);
  // On a terminal the ids themselves show how far it is.
  const bool shown = console.err_is_terminal() && !console.out_is_terminal();
  std::uint64_t whole = 0;
  if (shown) {
    const auto count = service.query(request_of(arguments, budget));
    whole = count.has_value() ? count->count : 0;
  }
  const auto answer = [&] {
    ProgressLine progress(console);
    std::uint64_t done = 0;
    return service.store().read([&](const storage::Snapshot& snapshot) {
      return server::all_ids(snapshot, request_of(arguments, budget), [&](std::string_view id) {
        lines.add(id);
        if (shown && ++done % kIdsBetweenLooks == 0 && progress.is_due()) {
          progress.show(grouped(done) + console.say({" ids", " 个编号"}), done, whole);
        }
      });
    });
  }();
  if (!answer.has_value()) {
    return report_refusal(answer.error(), *arguments.expression, arguments.format, console);
  }
  lines.flush();
  return kFine;
}

}  // namespace tagline::cli
