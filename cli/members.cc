#include "cli/members.h"

#include "cli/exit_status.h"
#include "cli/query_request.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "server/id_json.h"
#include "server/id_list.h"
#include "server/members.h"

#include <string>
#include <vector>

namespace tagline::cli {
namespace {

using server::MembersAnswer;
using server::Membership;

/// Lines are written by so many bytes at once.
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 16U;

Text word_of(Membership membership) {
  switch (membership) {
    case Membership::Yes:
      return {"yes", "是"};
    case Membership::No:
      return {"no", "否"};
    case Membership::Unknown:
      return {"unknown id", "无此编号"};
  }
  return {};
}

Text summary(const MembersAnswer& answer) {
  const std::string yes = grouped(answer.yes);
  const std::string no = grouped(answer.no);
  const std::string unknown = grouped(answer.unknown);
  const std::string all = grouped(answer.members.size());
  return {"of " + all + " ids " + yes + " in, " + no + " not in, " + unknown + " unknown\n",
          "共 " + all + " 个编号：在人群中 " + yes + " 个，不在 " + no + " 个，无此编号 " +
              unknown + " 个\n"};
}

void print_table(const MembersAnswer& answer, const std::vector<std::string>& ids,
                 Console& console) {
  Table table({{console.say({"id", "编号"}), Align::Left},
               {console.say({"member", "在人群中"}), Align::Left}});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    table.add({ids[i], console.say(word_of(answer.members[i]))});
  }
  console.out(answer.answer.expression + "\n\n" + table.text() + "\n" +
              console.say(summary(answer)));
}

/// One id a line, the summary beside them.
template <class Line>
void print_lines(const MembersAnswer& answer, const std::vector<std::string>& ids, Console& console,
                 std::string text, Line line) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += line(ids[i], answer.members[i]) + "\n";
    if (text.size() >= kWrittenAtOnce) {
      console.out(text);
      text.clear();
    }
  }
  console.out(text);
  console.err(console.say(summary(answer)));
}

}  // namespace

int run_members(const QueryArguments& arguments, server::Service& service, Console& console) {
  const auto ids = server::read_id_list(arguments.members_file);
  if (!ids.has_value()) {
    return console.report(ids.error());
  }
  const QueryBudget budget(arguments.limits);
  const server::QueryRequest request = request_of(arguments, budget);
  const auto answer = service.store().read([&](const storage::Snapshot& snapshot) {
    return server::members_of(snapshot, request, *ids);
  });
  if (!answer.has_value()) {
    return report_refusal(answer.error(), request.expression, arguments.format, console);
  }
  switch (arguments.format) {
    case Format::Json:
      console.out(server::members_json(*answer, *ids, request.expression) + "\n");
      return kFine;
    case Format::Ndjson:
      print_lines(*answer, *ids, console, "", server::member_json);
      break;
    case Format::Csv:
      print_lines(*answer, *ids, console, "id,member\n",
                  [](const std::string& id, Membership membership) {
                    return csv_field(id) + "," + std::string(server::word(membership));
                  });
      break;
    case Format::Table:
      print_table(*answer, *ids, console);
      break;
  }
  console.report(answer->answer.warnings, request.expression);
  return kFine;
}

}  // namespace tagline::cli
